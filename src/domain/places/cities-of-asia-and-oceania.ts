/** `CODE:name/other name latitude longitude;…`, one line a country, the larger cities first. */
export const CITIES_OF_ASIA_AND_OCEANIA = `
JP:Tokyo/Tōkyō/東京/東京都 35.68 139.69;Yokohama/横浜 35.44 139.64;Osaka/大阪/大阪市 34.69 135.5;Nagoya/名古屋 35.18 136.91;Sapporo/札幌 43.06 141.35;Fukuoka/福岡 33.59 130.4;Kobe/神戸 34.69 135.2;Kawasaki/川崎 35.53 139.7;Kyoto/京都 35.01 135.77;Saitama 35.86 139.65;Hiroshima/広島 34.39 132.46;Sendai/仙台 38.27 140.87;Kitakyushu 33.88 130.88;Chiba 35.61 140.11;Niigata 37.92 139.04;Hamamatsu 34.71 137.73;Kumamoto 32.8 130.71;Okayama 34.66 133.92;Kanazawa 36.56 136.66;Kagoshima 31.6 130.56;Nagasaki 32.75 129.88;Matsuyama 33.84 132.77;Naha 26.21 127.68;Shizuoka 34.98 138.38;Nara 34.69 135.8
KR:Seoul/서울 37.57 126.98;Busan/Pusan/부산 35.18 129.08;Incheon/인천 37.46 126.71;Daegu 35.87 128.6;Daejeon 36.35 127.38;Gwangju 35.16 126.85;Suwon 37.26 127.03;Ulsan 35.54 129.31;Jeju 33.5 126.53
KP:Pyongyang 39.03 125.75
CN:Shanghai/上海 31.23 121.47;Beijing/Peking/北京 39.9 116.41;Shenzhen/深圳 22.54 114.06;Guangzhou/Canton/广州 23.13 113.26;Chengdu/成都 30.57 104.07;Chongqing/重庆 29.56 106.55;Tianjin/天津 39.13 117.2;Wuhan/武汉 30.59 114.31;Xi'an/Xian/西安 34.34 108.94;Hangzhou/杭州 30.27 120.16;Nanjing/南京 32.06 118.8;Dongguan 23.02 113.75;Foshan 23.02 113.12;Shenyang 41.8 123.43;Suzhou/苏州 31.3 120.58;Qingdao 36.07 120.38;Dalian 38.91 121.61;Zhengzhou 34.75 113.63;Jinan 36.65 117.12;Changsha 28.23 112.94;Kunming 24.88 102.83;Harbin 45.8 126.53;Changchun 43.82 125.32;Hefei 31.82 117.23;Fuzhou 26.07 119.3;Xiamen 24.48 118.09;Ningbo 29.87 121.54;Nanning 22.82 108.37;Guiyang 26.65 106.63;Taiyuan 37.87 112.55;Shijiazhuang 38.04 114.51;Urumqi/Ürümqi 43.83 87.62;Lanzhou 36.06 103.83;Hohhot 40.84 111.75;Haikou 20.04 110.2;Lhasa 29.65 91.14;Nanchang 28.68 115.86;Wuxi 31.49 120.31;Wenzhou 28 120.7;Yiwu 29.31 120.07;Zhuhai 22.27 113.58;Xining 36.62 101.78;Yinchuan 38.49 106.23
HK:Hong Kong/香港 22.32 114.17;Kowloon 22.32 114.18
MO:Macau/Macao 22.2 113.54
TW:Taipei/台北 25.03 121.57;Kaohsiung 22.63 120.3;Taichung 24.15 120.67;Tainan 22.99 120.21;Hsinchu 24.81 120.97
MN:Ulaanbaatar/Ulan Bator 47.89 106.91
IN:Mumbai/Bombay/मुंबई 19.08 72.88;Delhi/New Delhi/दिल्ली 28.61 77.21;Bengaluru/Bangalore 12.97 77.59;Hyderabad 17.39 78.49;Ahmedabad 23.02 72.57;Chennai/Madras 13.08 80.27;Kolkata/Calcutta 22.57 88.36;Surat 21.17 72.83;Pune/Poona 18.52 73.86;Jaipur 26.91 75.79;Lucknow 26.85 80.95;Kanpur 26.45 80.33;Nagpur 21.15 79.09;Indore 22.72 75.86;Bhopal 23.26 77.41;Visakhapatnam/Vizag 17.69 83.22;Patna 25.59 85.14;Vadodara 22.31 73.18;Coimbatore 11.02 76.96;Kochi/Cochin 9.93 76.27;Thiruvananthapuram/Trivandrum 8.52 76.94;Chandigarh 30.73 76.78;Guwahati 26.14 91.74;Bhubaneswar 20.3 85.82;Gurgaon/Gurugram 28.46 77.03;Noida 28.54 77.39;Amritsar 31.63 74.87;Varanasi 25.32 82.97;Agra 27.18 78.01;Ranchi 23.34 85.31;Raipur 21.25 81.63;Mysuru/Mysore 12.3 76.64;Srinagar 34.08 74.8;Panaji/Goa 15.49 73.83
PK:Karachi 24.86 67.01;Lahore 31.55 74.34;Islamabad 33.68 73.05;Rawalpindi 33.57 73.02;Faisalabad 31.42 73.08;Peshawar 34.01 71.58;Multan 30.2 71.47;Hyderabad 25.4 68.37;Quetta 30.18 67
BD:Dhaka 23.81 90.41;Chittagong/Chattogram 22.36 91.78;Khulna 22.85 89.54;Sylhet 24.9 91.87
LK:Colombo 6.93 79.85;Kandy 7.29 80.63
NP:Kathmandu 27.72 85.32;Pokhara 28.21 83.99
BT:Thimphu 27.47 89.64
MV:Malé 4.18 73.51
AF:Kabul 34.56 69.21;Herat 34.35 62.2
TH:Bangkok/Krung Thep/กรุงเทพ 13.76 100.5;Chiang Mai 18.79 98.98;Phuket 7.88 98.39;Pattaya 12.93 100.88;Hat Yai 7.01 100.47;Khon Kaen 16.43 102.84
VN:Ho Chi Minh City/Saigon/Hồ Chí Minh 10.82 106.63;Hanoi/Hà Nội 21.03 105.85;Da Nang/Đà Nẵng 16.05 108.2;Haiphong/Hải Phòng 20.84 106.69;Can Tho 10.05 105.75
KH:Phnom Penh 11.56 104.92;Siem Reap 13.36 103.86
LA:Vientiane 17.98 102.63
MM:Yangon/Rangoon 16.87 96.2;Mandalay 21.96 96.09;Naypyidaw 19.76 96.08
MY:Kuala Lumpur/KL 3.14 101.69;Penang/George Town 5.41 100.33;Johor Bahru 1.49 103.74;Ipoh 4.6 101.08;Kuching 1.55 110.34;Kota Kinabalu 5.98 116.07
SG:Singapore 1.35 103.82
ID:Jakarta -6.21 106.85;Surabaya -7.26 112.75;Bandung -6.92 107.61;Medan 3.6 98.67;Semarang -6.97 110.42;Makassar -5.15 119.43;Palembang -2.98 104.76;Denpasar/Bali -8.65 115.22;Yogyakarta -7.8 110.36;Batam 1.13 104.05;Balikpapan -1.24 116.85
PH:Manila 14.6 120.98;Quezon City 14.68 121.04;Davao/Davao City 7.19 125.46;Cebu/Cebu City 10.32 123.89;Makati 14.55 121.02;Iloilo 10.72 122.56
BN:Bandar Seri Begawan 4.9 114.94
TL:Dili -8.56 125.57
KZ:Almaty 43.24 76.89;Astana/Nur-Sultan 51.17 71.43;Shymkent 42.32 69.6
UZ:Tashkent 41.3 69.24;Samarkand 39.65 66.96
KG:Bishkek 42.87 74.59
TJ:Dushanbe 38.56 68.77
TM:Ashgabat 37.96 58.33
GE:Tbilisi 41.72 44.79;Batumi 41.64 41.64
AM:Yerevan 40.18 44.51
AZ:Baku 40.41 49.87
IR:Tehran 35.69 51.39;Mashhad 36.3 59.61;Isfahan 32.65 51.67;Shiraz 29.59 52.58;Tabriz 38.08 46.29
IQ:Baghdad 33.31 44.37;Basra 30.51 47.78;Erbil 36.19 44.01;Mosul 36.34 43.13
SA:Riyadh 24.71 46.68;Jeddah 21.49 39.19;Mecca/Makkah 21.42 39.83;Medina 24.47 39.61;Dammam 26.42 50.09
AE:Dubai/دبي 25.2 55.27;Abu Dhabi 24.45 54.38;Sharjah 25.35 55.42;Al Ain 24.21 55.74
QA:Doha 25.29 51.53
KW:Kuwait City/Kuwait 29.38 47.99
BH:Manama 26.23 50.59
OM:Muscat 23.59 58.41;Salalah 17.02 54.09
YE:Sanaa 15.37 44.19;Aden 12.79 45.03
JO:Amman 31.95 35.93;Aqaba 29.53 35.01
LB:Beirut 33.89 35.5;Tripoli 34.44 35.84
SY:Damascus 33.51 36.28;Aleppo 36.2 37.13
IL:Jerusalem 31.77 35.21;Tel Aviv/Tel Aviv-Yafo 32.09 34.78;Haifa 32.79 34.99;Beersheba 31.25 34.79
PS:Gaza 31.5 34.47;Ramallah 31.9 35.2
AU:Sydney -33.87 151.21;Melbourne -37.81 144.96;Brisbane -27.47 153.03;Perth -31.95 115.86;Adelaide -34.93 138.6;Gold Coast -28.02 153.4;Newcastle -32.93 151.78;Canberra -35.28 149.13;Wollongong -34.42 150.89;Hobart -42.88 147.33;Geelong -38.15 144.36;Townsville -19.26 146.82;Cairns -16.92 145.77;Darwin -12.46 130.84;Toowoomba -27.56 151.95;Ballarat -37.56 143.85;Bendigo -36.76 144.28;Launceston -41.44 147.14;Alice Springs -23.7 133.88;Sunshine Coast -26.65 153.07
NZ:Auckland -36.85 174.76;Wellington -41.29 174.78;Christchurch -43.53 172.64;Hamilton -37.79 175.28;Dunedin -45.87 170.5;Tauranga -37.69 176.17;Queenstown -45.03 168.66
PG:Port Moresby -9.44 147.18
FJ:Suva -18.14 178.44;Nadi -17.8 177.42
NC:Nouméa -22.27 166.46
PF:Papeete -17.54 -149.57
GU:Hagåtña 13.47 144.75
WS:Apia -13.83 -171.77
TO:Nukuʻalofa/Nuku'alofa -21.14 -175.2
VU:Port Vila -17.73 168.32
SB:Honiara -9.43 159.95
KI:Tarawa 1.33 172.98
MH:Majuro 7.09 171.38
FM:Palikir 6.92 158.16
PW:Koror 7.34 134.48
`;
