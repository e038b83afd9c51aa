# Two sources of like weight that tell one event with two figures contest each other: one alert, both kept.
2025-07-31T01:00 Reuters/2 | 15 agreed
> term all None -> 15 agreed reported
2025-07-31T03:00 Bloomberg/2 | 20 agreed
> contested all 15 -> 15 agreed contested
2025-07-31T04:00 Bloomberg/2 | 20 agreed
2025-07-31T05:00 Kyodo/2 | 15 agreed
> confirmed all 15 -> 15 agreed confirmed
2025-08-31 Kyodo/2 | 18 agreed
> term all 15 -> 18 agreed reported
2025-08-31T02:00 Reuters/2 | 12 agreed previous=18
> term all 18 -> 12 agreed reported
