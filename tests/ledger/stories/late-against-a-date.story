# A report from before the day undoes what only the date had brought.
2025-01-20 House/1 | 25 ordered effective=2025-02-04
> term all None -> 25 ordered confirmed
now 2025-02-04T06:00
> term all 25 -> 25 in_effect confirmed on 2025-02-04
2025-02-03T20:00 Reuters/2 seen=2025-02-04T07:00 | 25 suspended
> term all 25 -> 25 suspended reported
