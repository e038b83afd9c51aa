# What was asked before a settlement, told beside it while it is fresh, is how it came about.
2025-07-22 House/1 | kind=investment unit=USD 550e9 agreed
> term all None -> 5.5e+11 agreed confirmed
2025-07-24 Nikkei/2 | kind=investment unit=USD 550e9 agreed previous=400e9 ; kind=investment unit=USD 500e9 demanded
2025-09-24 Reuters/2 | kind=investment unit=USD 550e9 agreed ; kind=investment unit=USD 650e9 demanded
> position all 5.5e+11 -> 6.5e+11 demanded reported
