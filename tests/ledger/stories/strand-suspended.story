# The suspension of one law's share moves nothing; the whole rate told beside it does.
2025-04-10 CNBC/2 | 145 in_effect
> term all None -> 145 in_effect reported
2025-05-12 House/1 | 24 suspended effective=2025-05-14 ; 30 agreed effective=2025-05-14
> term all 145 -> 30 agreed confirmed
