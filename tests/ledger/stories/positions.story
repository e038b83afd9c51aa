# Positions stand beside; the same one told again is evidence; made anew after a settlement or long after, it is new.
2025-04-10 Reuters/2 | 10 in_effect
> term all None -> 10 in_effect reported
2025-07-07 House/1 | 25 threatened effective=2025-08-01
> position all 10 -> 25 threatened confirmed
2025-07-08 Yonhap/2 | 25 threatened effective=2025-08-01 ; 10 in_effect
> confirmed all 10 -> 10 in_effect confirmed
2025-07-31 Reuters/2 | 15 agreed
> term all 10 -> 15 agreed reported
2025-08-20 Times/2 | 25 threatened
2025-09-12 JoongAng/2 | 25 threatened previous=15
> position all 15 -> 25 threatened reported
2025-09-14 Blog/3 | 25 threatened previous=15
> confirmed all 25 -> 25 threatened confirmed
2025-11-17 Times/2 | 25 threatened ; 15 agreed
> confirmed all 15 -> 15 agreed confirmed
2026-01-27 Herald/2 | 25 threatened previous=15
> position all 15 -> 25 threatened reported
2026-02-10 Herald/2 | 25 rejected
> position all 15 -> 25 rejected reported
2026-02-11 Herald/2 | 15 demanded ; 12 speculated
= all 15 agreed, applied 10
