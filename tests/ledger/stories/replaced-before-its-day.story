# What is replaced before its day does not come; what is settled for later does not stop what comes first.
2025-04-04 Xinhua/2 | 34 ordered effective=2025-04-10
> term all None -> 34 ordered reported
2025-04-09 Commission/1 | 84 ordered previous=34 effective=2025-04-10
> term all 34 -> 84 ordered confirmed
now 2025-04-10T01:00
> term all 84 -> 84 in_effect confirmed on 2025-04-10
2025-05-01 House/1 | 10 ordered effective=2025-06-01 ; 5 ordered effective=2025-07-01
> term all 84 -> 10 ordered confirmed
> term all 10 -> 5 ordered confirmed
now 2025-05-20
now 2025-06-01T00:00
> term all 5 -> 10 in_effect confirmed on 2025-06-01
= all 5 ordered, applied 10
2025-06-02 Reuters/2 | 10 in_effect
now 2025-06-29
> reminder all 5 -> 5 ordered confirmed on 2025-06-24
now 2025-07-01
> term all 5 -> 5 in_effect confirmed on 2025-07-01
= all 5 in_effect, applied 5
