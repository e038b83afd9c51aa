# One tier 3 source is unconfirmed, one tier 2 reported; a second independent one or an official one confirms.
2025-07-31T01:00 Blog/3 | 15 agreed
> term all None -> 15 agreed unconfirmed
2025-07-31T02:00 Other/3 text=copy | 15 agreed
> confirmed all 15 -> 15 agreed confirmed
2025-08-31T01:00 Wire/2 text=copy | 10 agreed scope=autos
> term autos None -> 10 agreed reported
2025-08-31T02:00 Paper/2 text=copy | 10 agreed scope=autos
2025-08-31T03:00 wire/2 | 10 agreed scope=autos
2025-08-31T04:00 Ministry/1 | 10 agreed scope=autos
> confirmed autos 10 -> 10 agreed confirmed
