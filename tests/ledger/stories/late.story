# What was published before what stands takes its place in the history, however late it arrives.
2025-04-02 House/1 | 25 ordered effective=2025-04-09
> term all None -> 25 ordered confirmed
now 2025-04-09
> term all 25 -> 25 in_effect confirmed on 2025-04-09
2025-07-31 Reuters/2 | 15 agreed
> term all 25 -> 15 agreed reported
2025-04-03 Trade/3 seen=2025-08-03 | 25 ordered effective=2025-04-09
2025-07-10 Fastener/3 seen=2025-08-03 | 30 threatened effective=2025-08-01
2025-06-01 Gazette/2 seen=2025-08-04 | 40 in_effect effective=2025-06-01
= all 15 agreed, applied 40
2025-08-07 Yonhap/2 | 15 in_effect effective=2025-08-07
> term all 15 -> 15 in_effect reported
