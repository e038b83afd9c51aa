# The rate that is paid until an agreed one comes is kept and announced as nothing.
2025-07-23 Kyodo/2 | 15 agreed scope=autos
> term autos None -> 15 agreed reported
2025-08-01 Nikkei/2 | 27.5 in_effect scope=autos
= autos 15 agreed, applied 27.5
