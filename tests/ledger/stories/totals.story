# A figure told beside the standing one is another count, unless it is the total of what is recorded.
2025-03-04 Reuters/2 | 20 in_effect
> term all None -> 20 in_effect reported
2025-04-09 Reuters/2 | 125 in_effect previous=20
> term all 20 -> 125 in_effect reported
2025-04-10 CNBC/2 | 145 in_effect ; 125 in_effect
> term all 125 -> 145 in_effect reported
2025-06-11 Bloomberg/2 | 165 in_effect ; 145 in_effect
> term all 145 -> 165 in_effect reported
2025-06-12 Bloomberg/2 | 177 in_effect ; 165 in_effect
