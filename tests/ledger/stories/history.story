# Older figures, ends of what did not stand and figures from before are history.
2025-02-01 House/1 | 10 in_effect effective=2025-02-04
> term all None -> 10 in_effect confirmed
2025-03-04 Bloomberg/2 | 20 in_effect previous=10 effective=2025-03-04
> term all 10 -> 20 in_effect reported
2025-09-13 Register/2 | 10 ended ; 54 ended ; 20 in_effect effective=2025-03
> confirmed all 20 -> 20 in_effect confirmed
2025-09-14 Post/2 | 10 in_effect
2025-09-20 Post/2 | 7.5 in_effect effective=2019
2025-10-01 Post/2 | 12 speculated ; 30 ended scope=copper
= all 20 in_effect, applied 20
2025-11-10 Times/2 | 10 in_effect previous=20 effective=2025-11-10
> term all 20 -> 10 in_effect reported
