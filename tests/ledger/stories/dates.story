# A settled rate takes effect on its day, once; a moved date moves the day; a day already past is not assumed.
2025-04-02 House/1 | 25 ordered effective=2025-04-09
> term all None -> 25 ordered confirmed
2025-04-05 House/1 | 25 ordered effective=2025-05-01
> date all 25 -> 25 ordered confirmed
2025-04-06 Blog/3 | 25 ordered effective=2025-04-20
now 2025-04-24T06:00
> reminder all 25 -> 25 ordered confirmed on 2025-04-24
now 2025-04-30T23:59
> reminder all 25 -> 25 ordered confirmed on 2025-04-30
now 2025-05-01T00:00
> term all 25 -> 25 in_effect confirmed on 2025-05-01
now 2025-06-01T00:00
2025-06-02 Yonhap/2 | 15 agreed scope=autos ; 15 agreed scope=lumber effective=2025-06-10
> term autos None -> 15 agreed reported
> term lumber None -> 15 agreed reported
2025-06-05 Reuters/2 | 15 agreed scope=autos effective=2025-06-01
> confirmed autos 15 -> 15 agreed confirmed
> date autos 15 -> 15 agreed confirmed
now 2025-06-30T00:00
> term lumber 15 -> 15 in_effect reported on 2025-06-10
