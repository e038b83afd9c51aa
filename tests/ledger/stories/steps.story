# Steps of one article are changes one after the other, and no change when they are told again.
2025-10-30 Bloomberg/2 | kind=purchase unit=tonnes scope=soybeans 12e6 agreed ; kind=purchase unit=tonnes scope=soybeans 25e6 agreed at_least
> term soybeans None -> 1.2e+07 agreed reported
> term soybeans 1.2e+07 -> 2.5e+07 agreed reported
2025-11-01 House/1 | kind=purchase unit=tonnes scope=soybeans 12e6 agreed at_least ; kind=purchase unit=tonnes scope=soybeans 25e6 agreed at_least
> confirmed soybeans 2.5e+07 -> 2.5e+07 agreed confirmed
2025-12-01 Post/2 | kind=purchase unit=tonnes scope=soybeans 12e6 agreed
