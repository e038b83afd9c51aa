# A difference moves what stands, once; where nothing stands it moves nothing.
2025-10-01 Reuters/2 | 10pp threatened
2025-10-02 Reuters/2 | 35 in_effect
> term all None -> 35 in_effect reported
2025-10-25 Reuters/2 | 10pp ordered effective=2025-11-05
> term all 35 -> 45 ordered reported
2025-10-26 CBC/2 | 10pp ordered
> confirmed all 45 -> 45 ordered confirmed
2025-10-27 CBC/2 | -5pp proposed
> position all 45 -> 40 proposed reported
