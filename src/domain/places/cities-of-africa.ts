/** `CODE:name/other name latitude longitude;…`, one line a country, the larger cities first. */
export const CITIES_OF_AFRICA = `
EG:Cairo/القاهرة 30.04 31.24;Alexandria 31.2 29.92;Giza 30.01 31.21;Port Said 31.26 32.3;Luxor 25.69 32.64;Aswan 24.09 32.9
NG:Lagos 6.52 3.38;Kano 12 8.52;Ibadan 7.38 3.93;Abuja 9.06 7.5;Port Harcourt 4.82 7.03;Benin City 6.34 5.62;Kaduna 10.52 7.44
ZA:Johannesburg -26.2 28.05;Cape Town/Kaapstad -33.92 18.42;Durban -29.86 31.03;Pretoria/Tshwane -25.75 28.19;Gqeberha/Port Elizabeth -33.96 25.6;Bloemfontein -29.12 26.21;East London -33.02 27.91;Soweto -26.27 27.86;Polokwane -23.9 29.45
KE:Nairobi -1.29 36.82;Mombasa -4.04 39.67;Kisumu -0.1 34.76
ET:Addis Ababa 9.03 38.74
TZ:Dar es Salaam -6.79 39.21;Dodoma -6.17 35.74;Arusha -3.39 36.68;Zanzibar -6.16 39.19;Mwanza -2.52 32.9
UG:Kampala 0.35 32.58
RW:Kigali -1.95 30.06
BI:Bujumbura -3.38 29.36;Gitega -3.43 29.93
GH:Accra 5.6 -0.19;Kumasi 6.69 -1.62
CI:Abidjan 5.36 -4.01;Yamoussoukro 6.83 -5.29
SN:Dakar 14.72 -17.47
ML:Bamako 12.64 -8
BF:Ouagadougou 12.37 -1.52
NE:Niamey 13.51 2.13
TD:N'Djamena 12.13 15.06
CM:Douala 4.05 9.77;Yaoundé 3.85 11.5
GA:Libreville 0.42 9.47
GQ:Malabo 3.75 8.78
CG:Brazzaville -4.26 15.24;Pointe-Noire -4.77 11.87
CD:Kinshasa -4.44 15.27;Lubumbashi -11.66 27.48;Goma -1.68 29.22;Kisangani 0.52 25.2
CF:Bangui 4.39 18.56
AO:Luanda -8.84 13.29;Huambo -12.78 15.74
ZM:Lusaka -15.39 28.32;Ndola -12.97 28.64
ZW:Harare -17.83 31.05;Bulawayo -20.15 28.58
MW:Lilongwe -13.96 33.77;Blantyre -15.79 35.01
MZ:Maputo -25.97 32.58;Beira -19.84 34.84
NA:Windhoek -22.56 17.08
BW:Gaborone -24.65 25.91
LS:Maseru -29.31 27.48
SZ:Mbabane -26.31 31.14
MG:Antananarivo -18.88 47.51
MU:Port Louis -20.16 57.5
RE:Saint-Denis -20.88 55.45
SC:Victoria -4.62 55.45
KM:Moroni -11.7 43.26
SO:Mogadishu 2.05 45.32
DJ:Djibouti 11.59 43.15
ER:Asmara 15.32 38.93
SD:Khartoum 15.5 32.56
SS:Juba 4.85 31.6
LY:Tripoli 32.89 13.19;Benghazi 32.12 20.07
TN:Tunis 36.81 10.18;Sfax 34.74 10.76
DZ:Algiers/Alger 36.75 3.06;Oran 35.7 -0.63;Constantine 36.37 6.61
MA:Casablanca 33.57 -7.59;Rabat 34.02 -6.84;Marrakesh/Marrakech 31.63 -7.99;Fez/Fès 34.03 -5;Tangier/Tanger 35.76 -5.83;Agadir 30.43 -9.6
EH:Laayoune 27.15 -13.2
MR:Nouakchott 18.08 -15.98
GM:Banjul 13.45 -16.58
GW:Bissau 11.86 -15.6
GN:Conakry 9.64 -13.58
SL:Freetown 8.48 -13.23
LR:Monrovia 6.3 -10.8
TG:Lomé 6.13 1.22
BJ:Cotonou 6.37 2.43;Porto-Novo 6.5 2.6
CV:Praia 14.93 -23.51
ST:São Tomé 0.34 6.73
`;
