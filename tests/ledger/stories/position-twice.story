# A threat that was answered is new again when two independent reports tell it.
2025-07-07 House/1 | 25 threatened effective=2025-08-01
> position all None -> 25 threatened confirmed
2025-07-31 Reuters/2 | 15 agreed
> term all None -> 15 agreed reported
2025-09-12T02:00 JoongAng/2 | 25 threatened
2025-09-12T06:00 KBS/2 | 25 threatened
> position all 15 -> 25 threatened reported
