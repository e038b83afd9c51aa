# agreed, ordered and in effect are three changes; a lower step told again is none.
2025-07-31 Reuters/2 | 15 agreed
> term all None -> 15 agreed reported
2025-08-01 JoongAng/2 | 15 ordered previous=10 effective=2025-08-07
> term all 15 -> 15 ordered reported
2025-08-01T18:00 Watch/3 | 15 agreed
now 2025-08-07T04:00
> term all 15 -> 15 in_effect reported on 2025-08-07
2025-08-07T09:00 Yonhap/2 | 15 in_effect effective=2025-08-07
> confirmed all 15 -> 15 in_effect confirmed
2025-11-14 Herald/2 | 15 agreed
2025-11-20 Herald/2 | 15 ordered
