/** `CODE:name/other name latitude longitude;…`, one line a country, the larger cities first. */
export const CITIES_OF_EUROPE = `
GB:London 51.51 -0.13;Birmingham 52.48 -1.9;Manchester 53.48 -2.24;Glasgow 55.86 -4.25;Leeds 53.8 -1.55;Liverpool 53.41 -2.98;Edinburgh 55.95 -3.19;Bristol 51.45 -2.59;Sheffield 53.38 -1.47;Cardiff 51.48 -3.18;Belfast 54.6 -5.93;Newcastle upon Tyne/Newcastle 54.98 -1.61;Nottingham 52.95 -1.15;Leicester 52.64 -1.13;Southampton 50.9 -1.4;Portsmouth 50.8 -1.09;Brighton 50.82 -0.14;Plymouth 50.37 -4.14;Aberdeen 57.15 -2.09;Cambridge 52.21 0.12;Oxford 51.75 -1.26;York 53.96 -1.08;Norwich 52.63 1.3;Coventry 52.41 -1.51;Hull/Kingston upon Hull 53.74 -0.33;Derby 52.92 -1.48;Bradford 53.79 -1.75;Stoke-on-Trent/Stoke 53 -2.18;Wolverhampton 52.59 -2.13;Reading 51.45 -0.97;Milton Keynes 52.04 -0.76;Swansea 51.62 -3.94;Dundee 56.46 -2.97;Inverness 57.48 -4.22;Exeter 50.72 -3.53;Bath 51.38 -2.36;Bournemouth 50.72 -1.88;Ipswich 52.06 1.16;Luton 51.88 -0.42;Northampton 52.24 -0.9;Sunderland 54.91 -1.38;Swindon 51.56 -1.78
IE:Dublin/Baile Átha Cliath 53.35 -6.26;Cork 51.9 -8.47;Limerick 52.66 -8.63;Galway 53.27 -9.05;Waterford 52.26 -7.11
DE:Berlin 52.52 13.4;Hamburg 53.55 9.99;Munich/München/Muenchen 48.14 11.58;Cologne/Köln/Koeln 50.94 6.96;Frankfurt am Main/Frankfurt 50.11 8.68;Stuttgart 48.78 9.18;Düsseldorf/Duesseldorf 51.23 6.77;Leipzig 51.34 12.37;Dortmund 51.51 7.47;Essen 51.46 7.01;Bremen 53.08 8.8;Dresden 51.05 13.74;Hanover/Hannover 52.37 9.73;Nuremberg/Nürnberg/Nuernberg 49.45 11.08;Duisburg 51.43 6.76;Bochum 51.48 7.22;Wuppertal 51.26 7.15;Bielefeld 52.02 8.53;Bonn 50.74 7.1;Münster/Muenster 51.96 7.63;Mannheim 49.49 8.47;Karlsruhe 49.01 8.4;Augsburg 48.37 10.9;Wiesbaden 50.08 8.24;Mainz 50 8.27;Kiel 54.32 10.13;Lübeck/Luebeck 53.87 10.69;Rostock 54.09 12.1;Magdeburg 52.13 11.63;Erfurt 50.98 11.03;Freiburg im Breisgau/Freiburg 48 7.85;Kassel 51.31 9.48;Aachen 50.78 6.08;Saarbrücken/Saarbruecken 49.24 7;Potsdam 52.4 13.06;Braunschweig/Brunswick 52.27 10.52;Chemnitz 50.83 12.92;Halle 51.48 11.97;Regensburg 49.02 12.1;Würzburg/Wuerzburg 49.79 9.95;Ulm 48.4 9.99;Heidelberg 49.4 8.67;Osnabrück/Osnabrueck 52.28 8.05
FR:Paris 48.86 2.35;Marseille/Marseilles 43.3 5.37;Lyon/Lyons 45.76 4.84;Toulouse 43.6 1.44;Nice 43.7 7.27;Nantes 47.22 -1.55;Montpellier 43.61 3.88;Strasbourg 48.57 7.75;Bordeaux 44.84 -0.58;Lille 50.63 3.06;Rennes 48.11 -1.68;Reims 49.26 4.03;Toulon 43.12 5.93;Saint-Étienne 45.44 4.39;Le Havre 49.49 0.11;Grenoble 45.19 5.72;Dijon 47.32 5.04;Angers 47.47 -0.55;Nîmes 43.84 4.36;Clermont-Ferrand 45.78 3.09;Brest 48.39 -4.49;Limoges 45.83 1.26;Tours 47.39 0.69;Metz 49.12 6.18;Nancy 48.69 6.18;Besançon 47.24 6.02;Orléans 47.9 1.9;Rouen 49.44 1.1;Mulhouse 47.75 7.34;Caen 49.18 -0.37;Perpignan 42.7 2.9;Amiens 49.89 2.3;Avignon 43.95 4.81;Cannes 43.55 7.02;Ajaccio 41.93 8.74;Versailles 48.8 2.13
ES:Madrid 40.42 -3.7;Barcelona 41.39 2.17;Valencia/València 39.47 -0.38;Seville/Sevilla 37.39 -5.98;Zaragoza/Saragossa 41.65 -0.89;Málaga 36.72 -4.42;Murcia 37.99 -1.13;Palma/Palma de Mallorca 39.57 2.65;Bilbao 43.26 -2.93;Alicante/Alacant 38.35 -0.48;Córdoba 37.89 -4.78;Valladolid 41.65 -4.72;Vigo 42.24 -8.72;Gijón 43.54 -5.66;Granada 37.18 -3.6;A Coruña/La Coruña 43.37 -8.4;Vitoria-Gasteiz/Vitoria 42.85 -2.67;Pamplona 42.81 -1.65;San Sebastián/Donostia 43.32 -1.98;Santander 43.46 -3.81;Las Palmas/Las Palmas de Gran Canaria 28.12 -15.43;Santa Cruz de Tenerife 28.47 -16.25;Salamanca 40.97 -5.66;Almería 36.84 -2.46;Cádiz 36.53 -6.29;Santiago de Compostela 42.88 -8.54
PT:Lisbon/Lisboa 38.72 -9.14;Porto/Oporto 41.15 -8.61;Braga 41.55 -8.43;Coimbra 40.21 -8.43;Faro 37.02 -7.93;Funchal 32.65 -16.91;Ponta Delgada 37.74 -25.67
IT:Rome/Roma 41.9 12.5;Milan/Milano 45.46 9.19;Naples/Napoli 40.85 14.27;Turin/Torino 45.07 7.69;Palermo 38.12 13.36;Genoa/Genova 44.41 8.93;Bologna 44.49 11.34;Florence/Firenze 43.77 11.25;Bari 41.12 16.87;Catania 37.5 15.09;Venice/Venezia 45.44 12.32;Verona 45.44 10.99;Messina 38.19 15.55;Padua/Padova 45.41 11.88;Trieste 45.65 13.77;Brescia 45.54 10.21;Parma 44.8 10.33;Modena 44.65 10.93;Perugia 43.11 12.39;Cagliari 39.22 9.12;Rimini 44.06 12.57;Salerno 40.68 14.77;Bergamo 45.7 9.67;Trento 46.07 11.12;Pescara 42.46 14.21;Pisa 43.72 10.4;Ancona 43.62 13.51;Taranto 40.47 17.24
NL:Amsterdam 52.37 4.9;Rotterdam 51.92 4.48;The Hague/Den Haag/'s-Gravenhage 52.08 4.31;Utrecht 52.09 5.12;Eindhoven 51.44 5.48;Groningen 53.22 6.57;Tilburg 51.56 5.09;Almere 52.35 5.26;Breda 51.59 4.78;Nijmegen 51.84 5.85;Maastricht 50.85 5.69;Arnhem 51.98 5.91;Haarlem 52.38 4.64;Leiden 52.16 4.49;Zwolle 52.51 6.09;Venlo 51.37 6.17
BE:Brussels/Bruxelles/Brussel 50.85 4.35;Antwerp/Antwerpen/Anvers 51.22 4.4;Ghent/Gent/Gand 51.05 3.72;Charleroi 50.41 4.44;Liège/Luik 50.63 5.57;Bruges/Brugge 51.21 3.22;Namur 50.47 4.87;Leuven/Louvain 50.88 4.7;Mons 50.45 3.95
LU:Luxembourg/Luxembourg City 49.61 6.13
CH:Zurich/Zürich/Zuerich 47.38 8.54;Geneva/Genève/Genf 46.2 6.14;Basel/Basle/Bâle 47.56 7.59;Lausanne 46.52 6.63;Bern/Berne 46.95 7.45;Winterthur 47.5 8.72;Lucerne/Luzern 47.05 8.31;St. Gallen 47.42 9.37;Lugano 46.01 8.96
AT:Vienna/Wien 48.21 16.37;Graz 47.07 15.44;Linz 48.31 14.29;Salzburg 47.81 13.05;Innsbruck 47.27 11.4;Klagenfurt 46.62 14.31;Bregenz 47.5 9.75
DK:Copenhagen/København/Kopenhagen 55.68 12.57;Aarhus/Århus 56.16 10.2;Odense 55.4 10.39;Aalborg 57.05 9.92;Esbjerg 55.47 8.45
SE:Stockholm 59.33 18.07;Gothenburg/Göteborg 57.71 11.97;Malmö 55.6 13;Uppsala 59.86 17.64;Västerås 59.61 16.54;Örebro 59.27 15.21;Linköping 58.41 15.62;Helsingborg 56.05 12.69;Jönköping 57.78 14.16;Umeå 63.83 20.26;Luleå 65.58 22.16;Sundsvall 62.39 17.31
NO:Oslo 59.91 10.75;Bergen 60.39 5.32;Trondheim 63.43 10.4;Stavanger 58.97 5.73;Kristiansand 58.15 8;Tromsø 69.65 18.96;Bodø 67.28 14.4
FI:Helsinki/Helsingfors 60.17 24.94;Espoo 60.21 24.66;Tampere 61.5 23.76;Turku/Åbo 60.45 22.27;Oulu 65.01 25.47;Jyväskylä 62.24 25.75;Kuopio 62.89 27.68;Rovaniemi 66.5 25.73
IS:Reykjavik/Reykjavík 64.15 -21.94;Akureyri 65.68 -18.09
PL:Warsaw/Warszawa/Warschau 52.23 21.01;Kraków/Cracow/Krakau 50.06 19.94;Łódź 51.76 19.46;Wrocław/Breslau 51.11 17.04;Poznań 52.41 16.93;Gdańsk/Danzig 54.35 18.65;Szczecin/Stettin 53.43 14.55;Bydgoszcz 53.12 18;Lublin 51.25 22.57;Katowice 50.26 19.02;Białystok 53.13 23.16;Gdynia 54.52 18.53;Rzeszów 50.04 22;Toruń 53.01 18.6
CZ:Prague/Praha/Prag 50.08 14.44;Brno 49.2 16.61;Ostrava 49.82 18.26;Plzeň/Pilsen 49.75 13.38;Liberec 50.77 15.06;Olomouc 49.59 17.25
SK:Bratislava 48.15 17.11;Košice 48.72 21.26;Žilina 49.22 18.74
HU:Budapest 47.5 19.04;Debrecen 47.53 21.63;Szeged 46.25 20.15;Győr 47.68 17.64;Pécs 46.07 18.23;Miskolc 48.1 20.78
RO:Bucharest/București 44.43 26.1;Cluj-Napoca/Cluj 46.77 23.6;Timișoara 45.75 21.23;Iași 47.16 27.59;Constanța 44.18 28.63;Brașov 45.65 25.6;Craiova 44.32 23.8;Galați 45.43 28.05
BG:Sofia 42.7 23.32;Plovdiv 42.15 24.75;Varna 43.21 27.91;Burgas 42.5 27.47
GR:Athens/Athina/Αθήνα 37.98 23.73;Thessaloniki/Salonica 40.64 22.94;Patras 38.25 21.73;Heraklion/Iraklio 35.34 25.14;Larissa 39.64 22.42;Piraeus 37.94 23.65
CY:Nicosia 35.17 33.36;Limassol 34.68 33.04;Larnaca 34.92 33.63
MT:Valletta 35.9 14.51
HR:Zagreb 45.81 15.98;Split 43.51 16.44;Rijeka 45.33 14.44;Osijek 45.55 18.69;Dubrovnik 42.65 18.09
SI:Ljubljana 46.06 14.51;Maribor 46.55 15.65
RS:Belgrade/Beograd 44.79 20.45;Novi Sad 45.25 19.85;Niš 43.32 21.9
BA:Sarajevo 43.86 18.41;Banja Luka 44.77 17.19
ME:Podgorica 42.44 19.26
MK:Skopje 42 21.43
AL:Tirana 41.33 19.82
XK:Pristina 42.66 21.16
EE:Tallinn 59.44 24.75;Tartu 58.38 26.72
LV:Riga 56.95 24.11;Daugavpils 55.87 26.54
LT:Vilnius 54.69 25.28;Kaunas 54.9 23.9;Klaipėda 55.7 21.14
UA:Kyiv/Kiev/Київ 50.45 30.52;Kharkiv 49.99 36.23;Odesa/Odessa 46.48 30.73;Dnipro 48.46 35.05;Lviv 49.84 24.03;Zaporizhzhia 47.84 35.14;Vinnytsia 49.23 28.47
BY:Minsk 53.9 27.57;Gomel 52.43 30.98
MD:Chișinău/Kishinev 47.01 28.86
RU:Moscow/Moskva/Moskau/Москва 55.76 37.62;Saint Petersburg/St. Petersburg/Санкт-Петербург 59.93 30.34;Novosibirsk 55.03 82.92;Yekaterinburg 56.84 60.61;Kazan 55.8 49.11;Nizhny Novgorod 56.33 44;Chelyabinsk 55.16 61.4;Samara 53.2 50.15;Omsk 54.99 73.37;Rostov-on-Don 47.24 39.71;Ufa 54.74 55.97;Krasnoyarsk 56.01 92.87;Voronezh 51.67 39.2;Perm 58.01 56.25;Volgograd 48.71 44.51;Krasnodar 45.04 38.98;Irkutsk 52.29 104.28;Khabarovsk 48.48 135.08;Vladivostok 43.12 131.89;Kaliningrad 54.71 20.51;Murmansk 68.97 33.08;Yakutsk 62.03 129.73
TR:Istanbul/İstanbul 41.01 28.98;Ankara 39.93 32.86;Izmir/İzmir 38.42 27.14;Bursa 40.19 29.06;Antalya 36.9 30.71;Adana 37 35.32;Konya 37.87 32.48;Gaziantep 37.07 37.38;Mersin 36.8 34.63;Kayseri 38.73 35.49;Trabzon 41 39.72
MC:Monaco/Monte Carlo 43.74 7.42
SM:San Marino 43.94 12.45
LI:Vaduz 47.14 9.52
AD:Andorra la Vella 42.51 1.52
GI:Gibraltar 36.14 -5.35
IM:Douglas 54.15 -4.48
JE:Saint Helier 49.19 -2.11
GG:Saint Peter Port 49.46 -2.54
FO:Tórshavn 62.01 -6.77
`;
