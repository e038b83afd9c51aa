# A weak or unsure report against what is confirmed waits for a person; one that names a change does not.
2025-07-31 House/1 | 15 agreed
> term all None -> 15 agreed confirmed
2025-08-01 Blog/3 | 18 agreed
> review all 18
2025-10-01 Blog/3 | 18 agreed confidence=0.5
> review all 18
2025-10-02 Blog/3 | 19 agreed confidence=0.9
> term all 15 -> 19 agreed unconfirmed
2025-10-03 Reuters/2 | 40 in_effect confidence=0.1
> review all 40
2025-10-04 Blog/3 | 21 agreed previous=19 confidence=0.4
> term all 19 -> 21 agreed unconfirmed
