# Units, actors, scopes and the measure for all are terms of their own; one firm's names are one.
2025-08-26 Air/1 | kind=purchase scope=aircraft unit=units actor=Korean_Air 103 agreed ; kind=purchase scope=aircraft unit=USD actor=Korean_Air 36.2e9 agreed about
> term aircraft None -> 103 agreed confirmed
> term aircraft None -> 3.62e+10 agreed confirmed
2025-08-27 Blog/3 | kind=purchase scope=aircraft unit=USD actor=Korean_Air_Co. 36e9 agreed ; kind=purchase scope=aircraft unit=USD 36e9 agreed
> term aircraft None -> 3.6e+10 agreed unconfirmed
2025-08-28 Wire/2 | kind=investment unit=USD actor=Hyundai_Motor_Group 26e9 agreed
> term all None -> 2.6e+10 agreed reported
2025-08-29 Wire/2 | kind=investment unit=USD actor=Hyundai 26e9 agreed ; kind=investment unit=KRW actor=Hyundai 36e12 agreed
2026-02-20 House/1 | to=WORLD 10 ordered effective=2026-02-24
> term all None -> 10 ordered confirmed
now 2026-02-24T00:00
> term all 10 -> 10 in_effect confirmed on 2026-02-24
2026-02-24T05:00 News/2 | 10 in_effect ; to=WORLD 10 in_effect
> term all None -> 10 in_effect reported
