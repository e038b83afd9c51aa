# What is agreed and what is applied stand beside each other; the applied rate told again undoes nothing.
2025-04-03 Herald/2 | 25 in_effect effective=2025-04-03 scope=autos
> term autos None -> 25 in_effect reported
2025-07-31 Yonhap/2 | 15 agreed previous=25 scope=autos ; 25 in_effect scope=autos
> term autos 25 -> 15 agreed reported
2025-08-07 Reuters/2 | 25 in_effect scope=autos
2025-09-05 Chosun/2 | 25 in_effect scope=autos
= autos 15 agreed, applied 25
2025-12-02 JoongAng/2 | 15 in_effect effective=2025-11-01 scope=autos
> term autos 15 -> 15 in_effect reported
2025-12-18 Automotive/2 | 25 ended effective=2025-11-01 scope=autos
= autos 15 in_effect, applied 15
