# A pause or an end is recorded at its report, and its day makes no second change.
2025-03-04 House/1 | 15 in_effect scope=agriculture effective=2025-03-10
> term agriculture None -> 15 in_effect confirmed
2025-11-05 Farmer/3 | 15 ended at_most scope=agriculture effective=2025-11-10
> term agriculture 15 -> 15 ended unconfirmed
now 2025-11-09T01:00
> reminder agriculture 15 -> 15 ended unconfirmed on 2025-11-09
now 2025-11-11
2025-11-12 AFP/2 | 15 ended scope=agriculture
> confirmed agriculture 15 -> 15 ended confirmed
2025-11-13 AFP/2 | 15 agreed scope=agriculture
= agriculture 15 ended
2026-03-01 AFP/2 | 15 ordered scope=agriculture effective=2026-04-01
> term agriculture 15 -> 15 ordered reported
