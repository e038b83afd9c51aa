# Parts of a sum told in the article or recorded are no change; neither is a tranche told alone.
2025-07-31 Yonhap/2 | kind=investment unit=USD 350e9 agreed ; kind=investment unit=USD 150e9 agreed scope=shipbuilding
> term all None -> 3.5e+11 agreed reported
> term shipbuilding None -> 1.5e+11 agreed reported
2025-10-29 Reuters/2 | kind=investment unit=USD 350e9 agreed ; kind=investment unit=USD 200e9 agreed ; kind=investment unit=USD 150e9 agreed scope=shipbuilding
> confirmed all 3.5e+11 -> 3.5e+11 agreed confirmed
> confirmed shipbuilding 1.5e+11 -> 1.5e+11 agreed confirmed
2025-12-29 Reuters/2 | kind=investment unit=USD 200e9 agreed
2026-02-01 Reuters/2 | kind=investment unit=USD 36e9 agreed
2026-02-02 Reuters/2 | kind=investment unit=USD 300e9 agreed previous=350e9
> term all 3.5e+11 -> 3e+11 agreed reported
2025-04-02 House/1 | scope=copper 34 ordered effective=2025-04-09 ; scope=copper 20 in_effect ; scope=copper 54 ordered effective=2025-04-09
> term copper None -> 20 in_effect confirmed
> term copper 20 -> 54 ordered confirmed
