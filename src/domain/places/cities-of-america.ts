/** `CODE:name/other name latitude longitude;…`, one line a country, the larger cities first. */
export const CITIES_OF_AMERICA = `
US:New York/New York City/NYC/Manhattan 40.71 -74.01;Los Angeles/LA 34.05 -118.24;Chicago 41.88 -87.63;Houston 29.76 -95.37;Phoenix 33.45 -112.07;Philadelphia 39.95 -75.17;San Antonio 29.42 -98.49;San Diego 32.72 -117.16;Dallas 32.78 -96.8;San Jose 37.34 -121.89;Austin 30.27 -97.74;Jacksonville 30.33 -81.66;Fort Worth 32.76 -97.33;Columbus 39.96 -83;Indianapolis 39.77 -86.16;Charlotte 35.23 -80.84;San Francisco/SF 37.77 -122.42;Seattle 47.61 -122.33;Denver 39.74 -104.99;Washington/Washington DC/Washington D.C. 38.91 -77.04;Nashville 36.16 -86.78;Oklahoma City 35.47 -97.52;El Paso 31.76 -106.49;Boston 42.36 -71.06;Portland 45.52 -122.68;Las Vegas 36.17 -115.14;Detroit 42.33 -83.05;Memphis 35.15 -90.05;Louisville 38.25 -85.76;Baltimore 39.29 -76.61;Milwaukee 43.04 -87.91;Albuquerque 35.08 -106.65;Tucson 32.22 -110.97;Fresno 36.74 -119.79;Sacramento 38.58 -121.49;Mesa 33.42 -111.83;Kansas City 39.1 -94.58;Atlanta 33.75 -84.39;Omaha 41.26 -95.93;Colorado Springs 38.83 -104.82;Raleigh 35.78 -78.64;Virginia Beach 36.85 -75.98;Long Beach 33.77 -118.19;Miami 25.76 -80.19;Oakland 37.8 -122.27;Minneapolis 44.98 -93.27;Tulsa 36.15 -95.99;Bakersfield 35.37 -119.02;Wichita 37.69 -97.34;Arlington 32.74 -97.11;Tampa 27.95 -82.46;New Orleans 29.95 -90.07;Cleveland 41.5 -81.69;Honolulu 21.31 -157.86;Anaheim 33.84 -117.91;Lexington 38.04 -84.5;Cincinnati 39.1 -84.51;Saint Paul/St. Paul 44.95 -93.09;Newark 40.74 -74.17;Anchorage 61.22 -149.9;Pittsburgh 40.44 -80;Saint Louis/St. Louis 38.63 -90.2;Orlando 28.54 -81.38;Buffalo 42.89 -78.88;Riverside 33.95 -117.4;Greensboro 36.07 -79.79;Toledo 41.65 -83.54;Jersey City 40.73 -74.08;Brooklyn 40.65 -73.95;Queens 40.73 -73.79;Bronx/The Bronx 40.84 -73.87;Durham 35.99 -78.9;Madison 43.07 -89.4;Reno 39.53 -119.81;Boise 43.62 -116.2;Richmond 37.54 -77.44;Spokane 47.66 -117.43;Des Moines 41.59 -93.62;Tacoma 47.25 -122.44;Salt Lake City 40.76 -111.89;Birmingham 33.52 -86.8;Rochester 43.16 -77.61;Little Rock 34.75 -92.29;Knoxville 35.96 -83.92;Providence 41.82 -71.41;Fort Lauderdale 26.12 -80.14;Hartford 41.77 -72.67;Charleston 32.78 -79.93;Savannah 32.08 -81.09;Albany 42.65 -73.76;Baton Rouge 30.45 -91.19;Jackson 32.3 -90.18;Montgomery 32.37 -86.3;Mobile 30.69 -88.04;Santa Fe 35.69 -105.94;Sioux Falls 43.55 -96.73;Fargo 46.88 -96.79;Billings 45.78 -108.5;Cheyenne 41.14 -104.82;Burlington 44.48 -73.21;Manchester 42.99 -71.46;Wilmington 39.74 -75.55;Cambridge 42.37 -71.11;Ann Arbor 42.28 -83.74;Grand Rapids 42.96 -85.66;Syracuse 43.05 -76.15;Dayton 39.76 -84.19;Akron 41.08 -81.52;Columbia 34 -81.03;Chattanooga 35.05 -85.31;Norfolk 36.85 -76.29;Eugene 44.05 -123.09;Palo Alto 37.44 -122.14;Santa Barbara 34.42 -119.7;Boulder 40.01 -105.27;Lincoln 40.81 -96.68;Corpus Christi 27.8 -97.4;Laredo 27.51 -99.51;Lubbock 33.58 -101.86;Plano 33.02 -96.7;Scottsdale 33.49 -111.92;Springfield 37.21 -93.29;Juneau 58.3 -134.42;Fairbanks 64.84 -147.72
CA:Toronto 43.65 -79.38;Montreal/Montréal 45.5 -73.57;Vancouver 49.28 -123.12;Calgary 51.05 -114.07;Edmonton 53.55 -113.49;Ottawa 45.42 -75.7;Winnipeg 49.9 -97.14;Quebec City/Québec/Quebec 46.81 -71.21;Hamilton 43.26 -79.87;Kitchener 43.45 -80.49;London 42.98 -81.25;Victoria 48.43 -123.37;Halifax 44.65 -63.58;Windsor 42.31 -83.04;Saskatoon 52.13 -106.67;Regina 50.45 -104.62;St. John's 47.56 -52.71;Mississauga 43.59 -79.64;Brampton 43.73 -79.76;Surrey 49.19 -122.85;Laval 45.61 -73.71;Markham 43.86 -79.34;Kelowna 49.89 -119.5;Moncton 46.09 -64.77;Fredericton 45.96 -66.64;Charlottetown 46.24 -63.13;Sherbrooke 45.4 -71.89;Thunder Bay 48.38 -89.25;Whitehorse 60.72 -135.06;Yellowknife 62.45 -114.37;Iqaluit 63.75 -68.52;Kingston 44.23 -76.48
MX:Mexico City/Ciudad de México/CDMX 19.43 -99.13;Guadalajara 20.67 -103.35;Monterrey 25.69 -100.32;Puebla 19.04 -98.21;Tijuana 32.51 -117.04;León 21.12 -101.68;Ciudad Juárez/Juárez 31.69 -106.42;Zapopan 20.72 -103.39;Mérida 20.97 -89.62;San Luis Potosí 22.15 -100.98;Querétaro 20.59 -100.39;Cancún 21.16 -86.85;Chihuahua 28.63 -106.08;Aguascalientes 21.88 -102.29;Hermosillo 29.07 -110.96;Culiacán 24.81 -107.39;Veracruz 19.17 -96.13;Acapulco 16.85 -99.9;Oaxaca 17.07 -96.73;Toluca 19.29 -99.66;Torreón 25.54 -103.41;Saltillo 25.42 -101
GT:Guatemala City/Guatemala/Ciudad de Guatemala 14.63 -90.51
BZ:Belmopan 17.25 -88.77;Belize City 17.5 -88.2
SV:San Salvador 13.69 -89.22
HN:Tegucigalpa 14.07 -87.19;San Pedro Sula 15.5 -88.03
NI:Managua 12.11 -86.24
CR:San José 9.93 -84.08
PA:Panama City/Panamá 8.98 -79.52
CU:Havana/La Habana 23.11 -82.37;Santiago de Cuba 20.02 -75.82
JM:Kingston 18 -76.79;Montego Bay 18.47 -77.92
HT:Port-au-Prince 18.54 -72.34
DO:Santo Domingo 18.49 -69.93;Santiago de los Caballeros 19.45 -70.7
PR:San Juan 18.47 -66.11;Ponce 18.01 -66.61
BS:Nassau 25.04 -77.35
BB:Bridgetown 13.1 -59.62
TT:Port of Spain 10.66 -61.51
BM:Hamilton 32.29 -64.78
KY:George Town 19.29 -81.38
CW:Willemstad 12.11 -68.93
AW:Oranjestad 12.52 -70.03
MQ:Fort-de-France 14.61 -61.08
GP:Pointe-à-Pitre 16.24 -61.53
CO:Bogotá 4.71 -74.07;Medellín 6.25 -75.56;Cali 3.45 -76.53;Barranquilla 10.97 -74.8;Cartagena 10.39 -75.48;Bucaramanga 7.12 -73.12;Pereira 4.81 -75.69
VE:Caracas 10.49 -66.88;Maracaibo 10.65 -71.64;Valencia 10.16 -68;Barquisimeto 10.07 -69.32
EC:Quito -0.18 -78.47;Guayaquil -2.19 -79.89;Cuenca -2.9 -79
PE:Lima -12.05 -77.04;Arequipa -16.41 -71.54;Trujillo -8.11 -79.03;Cusco/Cuzco -13.53 -71.97;Chiclayo -6.77 -79.84
BO:La Paz -16.5 -68.15;Santa Cruz de la Sierra/Santa Cruz -17.78 -63.18;Cochabamba -17.39 -66.16;Sucre -19.03 -65.26
CL:Santiago/Santiago de Chile -33.45 -70.67;Valparaíso -33.05 -71.61;Concepción -36.83 -73.05;Antofagasta -23.65 -70.4;Viña del Mar -33.02 -71.55;Punta Arenas -53.16 -70.91
AR:Buenos Aires -34.6 -58.38;Córdoba -31.42 -64.18;Rosario -32.95 -60.65;Mendoza -32.89 -68.84;Tucumán/San Miguel de Tucumán -26.81 -65.22;La Plata -34.92 -57.95;Mar del Plata -38 -57.56;Salta -24.79 -65.41;Ushuaia -54.8 -68.3
UY:Montevideo -34.9 -56.16
PY:Asunción -25.26 -57.58
BR:São Paulo -23.55 -46.63;Rio de Janeiro/Rio -22.91 -43.17;Brasília -15.79 -47.88;Salvador/Salvador da Bahia -12.97 -38.5;Fortaleza -3.73 -38.53;Belo Horizonte -19.92 -43.94;Manaus -3.12 -60.02;Curitiba -25.43 -49.27;Recife -8.05 -34.88;Goiânia -16.69 -49.26;Porto Alegre -30.03 -51.23;Belém -1.46 -48.5;Guarulhos -23.45 -46.53;Campinas -22.91 -47.06;São Luís -2.53 -44.3;Maceió -9.67 -35.74;Natal -5.79 -35.21;Campo Grande -20.44 -54.65;Teresina -5.09 -42.8;João Pessoa -7.12 -34.86;Florianópolis -27.6 -48.55;Vitória -20.32 -40.34;Cuiabá -15.6 -56.1;Aracaju -10.91 -37.07;Ribeirão Preto -21.18 -47.81;Uberlândia -18.92 -48.28;Santos -23.96 -46.33;Joinville -26.3 -48.85;Londrina -23.31 -51.16
GY:Georgetown 6.8 -58.16
SR:Paramaribo 5.87 -55.17
GF:Cayenne 4.94 -52.33
GL:Nuuk 64.18 -51.72
`;
