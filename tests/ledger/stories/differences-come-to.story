# Where the article also tells what a difference comes to, it is no change of its own.
2025-10-02 Reuters/2 | 35 in_effect
> term all None -> 35 in_effect reported
2025-10-25 Reuters/2 | 25 ordered previous=35 ; -10pp ordered
> term all 35 -> 25 ordered reported
2025-10-26 CBC/2 | -10pp ordered ; 25 ordered previous=35
> confirmed all 25 -> 25 ordered confirmed
