import type { Coordinates } from "../geography.ts";
import { foldName } from "./fold-name.ts";

/**
 * Where to look for a customer of whom only the country is known: `CODE latitude longitude`, for every ISO 3166-1
 * alpha-2 code and Kosovo. It is the middle of the land for most, and the middle of the people for countries that
 * are mostly empty (Canada's middle is tundra, its customers are not).
 */
const CENTERS =
  "AD 42.55 1.57;AE 24.9 55.1;AF 34.2 67.9;AG 17.08 -61.8;AI 18.22 -63.06;AL 41.2 20;AM 40.2 44.6;AO -11.2 15.3;AQ -80 20;AR -33.5 -61;" +
  "AS -14.3 -170.72;AT 47.8 14.6;AU -33.2 147.5;AW 12.51 -69.97;AX 60.2 20;AZ 40.3 48.5;BA 44.2 17.8;BB 13.18 -59.55;BD 23.8 90.3;BE 50.8 4.5;" +
  "BF 12.3 -1.6;BG 42.7 25.2;BH 26.1 50.55;BI -3.4 29.9;BJ 8.6 2.3;BL 17.9 -62.83;BM 32.3 -64.77;BN 4.7 114.7;BO -17.3 -65.6;BQ 12.2 -68.28;" +
  "BR -17.5 -45.8;BS 25 -77.4;BT 27.4 90.4;BV -54.42 3.36;BW -23 26;BY 53.6 27.9;BZ 17.4 -88.5;CA 46.5 -83;CC -12.17 96.84;CD -3.5 22.5;" +
  "CF 6 19;CG -3 15;CH 47 8.1;CI 7 -5.5;CK -21.23 -159.78;CL -34 -71.2;CM 5.5 11.5;CN 33 113;CO 5.4 -74.5;CR 9.95 -84.1;" +
  "CU 22 -79.5;CV 15.1 -23.7;CW 12.19 -68.98;CX -10.49 105.62;CY 35.05 33.2;CZ 49.8 15.4;DE 50.8 9.8;DJ 11.7 42.7;DK 55.8 10.8;DM 15.43 -61.35;" +
  "DO 18.8 -70.2;DZ 35.5 3.5;EC -1.3 -78.8;EE 58.8 25.6;EG 29.8 31;EH 25.5 -14;ER 15.3 38.7;ES 39.8 -3.5;ET 8.9 39;FI 61.6 25;" +
  "FJ -17.85 178;FK -51.75 -59;FM 6.9 158.2;FO 62.05 -6.95;FR 46.9 2.6;GA -0.4 11.5;GB 52.8 -1.6;GD 12.1 -61.68;GE 42 43.6;GF 4.5 -52.6;" +
  "GG 49.46 -2.58;GH 6.9 -1.2;GI 36.14 -5.35;GL 65 -51;GM 13.45 -15.7;GN 10.4 -10.9;GP 16.2 -61.5;GQ 1.7 10.4;GR 38.8 22.9;GS -54.43 -36.6;" +
  "GT 15 -90.8;GU 13.45 144.78;GW 12 -15.2;GY 6.5 -58.2;HK 22.33 114.17;HM -53.1 73.5;HN 14.8 -86.9;HR 45.3 16.2;HT 18.8 -72.5;HU 47.2 19.4;" +
  "ID -6.6 110.5;IE 53.2 -7.6;IL 32 34.9;IM 54.23 -4.55;IN 22.5 79.5;IO -7.33 72.42;IQ 33.3 44.2;IR 34 51.5;IS 64.3 -21;IT 42.8 12.2;" +
  "JE 49.21 -2.13;JM 18.1 -77.2;JO 31.9 36;JP 35.6 137.5;KE -0.5 36.8;KG 41.7 74;KH 12 105;KI 1.42 173;KM -11.9 43.7;KN 17.3 -62.73;" +
  "KP 39.5 126.2;KR 36.6 127.6;KW 29.3 47.8;KY 19.32 -81.25;KZ 46.5 71.5;LA 18 103.2;LB 33.9 35.8;LC 13.9 -60.97;LI 47.15 9.55;LK 7.2 80.5;" +
  "LR 6.5 -10;LS -29.5 28;LT 55.1 24;LU 49.7 6.13;LV 56.9 24.8;LY 31.8 15.5;MA 33.3 -6.7;MC 43.74 7.42;MD 47.1 28.7;ME 42.6 19.2;" +
  "MF 18.08 -63.06;MG -19 47;MH 7.1 171.2;MK 41.7 21.6;ML 13.2 -6.7;MM 20 96;MN 47.7 105;MO 22.17 113.55;MP 15.18 145.75;MQ 14.65 -61;" +
  "MR 18 -14.5;MS 16.73 -62.19;MT 35.9 14.45;MU -20.25 57.55;MV 4.2 73.5;MW -14 34.6;MX 20.5 -100.3;MY 3.6 102.3;MZ -17.3 36;NA -20 16.5;" +
  "NC -21.9 166;NE 13.8 6.8;NF -29.03 167.95;NG 8.8 7.5;NI 12.3 -86;NL 52.1 5.2;NO 60.5 9.5;NP 27.6 84.8;NR -0.53 166.93;NU -19.05 -169.86;" +
  "NZ -39 175.3;OM 23.3 57.7;PA 8.8 -79.9;PE -10.8 -76.3;PF -17.6 -149.5;PG -6.2 145.5;PH 13.4 121.9;PK 30.8 72;PL 51.9 19.3;PM 46.8 -56.2;" +
  "PN -25.07 -130.1;PR 18.3 -66.2;PS 31.8 35.1;PT 39.8 -8.5;PW 7.4 134.5;PY -25.3 -56.9;QA 25.3 51.4;RE -21.1 55.5;RO 45.6 25.5;RS 44.3 20.7;" +
  "RU 55.3 47;RW -2 30;SA 24 44.3;SB -9.3 160;SC -4.65 55.47;SD 14.3 32;SE 58.8 15.3;SG 1.35 103.82;SH -15.95 -5.7;SI 46.1 14.8;" +
  "SJ 78.3 16;SK 48.7 19;SL 8.4 -12.2;SM 43.94 12.46;SN 14.6 -16;SO 4.5 45;SR 5.6 -55.3;SS 6.8 30.5;ST 0.3 6.68;SV 13.7 -89;" +
  "SX 18.04 -63.07;SY 34.8 37;SZ -26.4 31.5;TC 21.8 -72;TD 11 16.5;TF -49.3 69.4;TG 7.9 1;TH 14.5 100.8;TJ 38.5 69.3;TK -9.17 -171.83;" +
  "TL -8.7 125.8;TM 38.6 59.5;TN 36 10;TO -21.15 -175.2;TR 39.4 33;TT 10.45 -61.3;TV -8.52 179.2;TW 24.4 120.9;TZ -5.5 35.5;UA 49 32;" +
  "UG 0.9 32.3;UM 19.28 166.65;US 37.4 -92.5;UY -34 -56;UZ 40.6 67.5;VA 41.9 12.45;VC 13.2 -61.2;VE 10 -67.5;VG 18.43 -64.62;VI 18.05 -64.8;" +
  "VN 17.6 106.2;VU -16.5 167.8;WF -13.3 -176.2;WS -13.8 -172;XK 42.6 20.9;YE 14.7 45;YT -12.83 45.15;ZA -27.8 27.3;ZM -14 28.3;ZW -18.6 30.5";

/** Names that people use beside the English ones of CLDR: `CODE name/name`. */
const OTHER_NAMES =
  "AE UAE/Emirates;AT Österreich;BA Bosnia;BE Belgique/België;BR Brasil;CD DR Congo/Democratic Republic of the Congo/Zaire;CG Republic of the Congo/Congo;" +
  "CH Schweiz/Suisse/Svizzera;CI Ivory Coast;CN PRC/中国;CV Cape Verde;CZ Czech Republic;DE Deutschland/Allemagne/Alemania;DK Danmark;EG مصر;ES España/Espagne/Spanien;" +
  "FI Suomi;FM Micronesia;FR République française/Frankreich;GB UK/Great Britain/Britain/England/Scotland/Wales/Northern Ireland;GR Hellas/Ελλάδα;HK Hong Kong;" +
  "HU Magyarország;IE Republic of Ireland;IN भारत;IT Italia/Italien;JP Nippon/日本;KN St Kitts;KP North Korea;KR Korea/Republic of Korea/대한민국;LA Lao;MK Macedonia;" +
  "MM Burma;MO Macau/Macao;MX México;NL Holland/Nederland/The Netherlands;NO Norge;PL Polska;PS Palestine;PT Portugal;RU Russian Federation/Россия;SA KSA;SE Sverige;" +
  "SZ Swaziland;TL East Timor;TR Turkey/Türkiye;TT Trinidad;UA Україна;US USA/United States of America/America;VA Vatican/Holy See;VN Viet Nam";

let centers: Map<string, Coordinates> | undefined;
let codesByName: Map<string, string> | undefined;

function allCenters(): Map<string, Coordinates> {
  centers ??= new Map(
    CENTERS.split(";").map((entry) => {
      const [code = "", latitude, longitude] = entry.split(" ");
      return [code, { latitude: Number(latitude), longitude: Number(longitude) }];
    }),
  );
  return centers;
}

/** Whether the text is an ISO 3166-1 alpha-2 code, in upper case (or Kosovo's `XK`, which carriers use). */
export function isCountry(text: string): boolean {
  return allCenters().has(text);
}

/** Every code that `isCountry` accepts. */
export function countryCodes(): string[] {
  return [...allCenters().keys()];
}

/** Where a country's customers are on the whole; null for a code that is none. */
export function countryCenter(country: string): Coordinates | null {
  return allCenters().get(country) ?? null;
}

/** The country a text names: its code in any case, or a name that people use for it in English or at home; else null. */
export function findCountry(text: string): string | null {
  const code = text.trim().toUpperCase();
  if (isCountry(code)) return code;
  codesByName ??= nameCountries();
  return codesByName.get(foldName(text)) ?? null;
}

function nameCountries(): Map<string, string> {
  const names = new Map<string, string>();
  const english = new Intl.DisplayNames("en", { type: "region" });
  for (const code of allCenters().keys()) names.set(foldName(english.of(code) ?? code), code);
  for (const entry of OTHER_NAMES.split(";")) {
    const space = entry.indexOf(" ");
    for (const name of entry.slice(space + 1).split("/")) names.set(foldName(name), entry.slice(0, space));
  }
  return names;
}
