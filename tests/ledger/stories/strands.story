# Counts of one article that replace different figures are strands and move nothing that they do not name.
2025-08-11 Reuters/2 | 30 in_effect
> term all None -> 30 in_effect reported
2025-10-30T05:00 Reuters/2 | 10 agreed previous=20 ; 47 agreed previous=57
2025-10-30T12:00 Bloomberg/2 | 20 agreed previous=30
> term all 30 -> 20 agreed reported
