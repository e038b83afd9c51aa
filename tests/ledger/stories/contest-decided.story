# The side that is confirmed first stands.
2025-07-31T01:00 Reuters/2 | 15 agreed
> term all None -> 15 agreed reported
2025-07-31T03:00 Bloomberg/2 | 20 agreed
> contested all 15 -> 15 agreed contested
2025-07-31T05:00 Kyodo/2 | 20 agreed
> term all 15 -> 20 agreed confirmed
