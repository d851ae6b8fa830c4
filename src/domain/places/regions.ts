import { foldText } from "../fold-text.ts";

/**
 * States and provinces of the countries that tax by them or whose addresses need them: `CODE Name/Other name`, entries
 * separated by semicolons. The code is ISO 3166-2's without the country. An old code counts as another name.
 */
const REGIONS: Readonly<Record<string, string>> = {
  AE: "AJ Ajman/عجمان;AZ Abu Dhabi/Abu Zaby/أبو ظبي;DU Dubai/Dubayy/دبي;FU Fujairah/Al Fujayrah/الفجيرة;RK Ras Al Khaimah/Ras Al Khaymah/رأس الخيمة;SH Sharjah/Ash Shariqah/الشارقة;UQ Umm Al Quwain/Umm Al Qaywayn/أم القيوين",
  AU: "ACT Australian Capital Territory;NSW New South Wales;NT Northern Territory;QLD Queensland;SA South Australia;TAS Tasmania;VIC Victoria;WA Western Australia",
  BR:
    "AC Acre;AL Alagoas;AM Amazonas;AP Amapá;BA Bahia;CE Ceará;DF Distrito Federal/Federal District;ES Espírito Santo;GO Goiás;MA Maranhão;MG Minas Gerais;" +
    "MS Mato Grosso do Sul;MT Mato Grosso;PA Pará;PB Paraíba;PE Pernambuco;PI Piauí;PR Paraná;RJ Rio de Janeiro;RN Rio Grande do Norte;RO Rondônia;RR Roraima;" +
    "RS Rio Grande do Sul;SC Santa Catarina;SE Sergipe;SP São Paulo;TO Tocantins",
  CA:
    "AB Alberta;BC British Columbia/Colombie-Britannique;MB Manitoba;NB New Brunswick/Nouveau-Brunswick;NL Newfoundland and Labrador/Newfoundland/Labrador/Terre-Neuve-et-Labrador/NF;" +
    "NS Nova Scotia/Nouvelle-Écosse;NT Northwest Territories/Territoires du Nord-Ouest/NWT;NU Nunavut;ON Ontario;PE Prince Edward Island/Île-du-Prince-Édouard/PEI;QC Quebec/PQ;" +
    "SK Saskatchewan;YT Yukon/Yukon Territory/Territoire du Yukon",
  IN:
    "AN Andaman and Nicobar Islands/Andaman and Nicobar;AP Andhra Pradesh;AR Arunachal Pradesh;AS Assam;BR Bihar;CG Chhattisgarh/Chattisgarh/CT;CH Chandigarh;" +
    "DH Dadra and Nagar Haveli and Daman and Diu/Dadra and Nagar Haveli/Daman and Diu/DN/DD;DL Delhi/New Delhi/NCT of Delhi;GA Goa;GJ Gujarat;HP Himachal Pradesh;HR Haryana;" +
    "JH Jharkhand;JK Jammu and Kashmir;KA Karnataka;KL Kerala;LA Ladakh;LD Lakshadweep;MH Maharashtra;ML Meghalaya;MN Manipur;MP Madhya Pradesh;MZ Mizoram;NL Nagaland;" +
    "OD Odisha/Orissa/OR;PB Punjab;PY Puducherry/Pondicherry;RJ Rajasthan;SK Sikkim;TN Tamil Nadu;TR Tripura;TS Telangana/TG;UK Uttarakhand/Uttaranchal/UT/UA;UP Uttar Pradesh;WB West Bengal",
  MX:
    "AGU Aguascalientes/AGS/AG;BCN Baja California/BC;BCS Baja California Sur/BS;CAM Campeche/CAMP;CHH Chihuahua/CHIH/CH;CHP Chiapas/CHIS/CS;" +
    "CMX Ciudad de México/CDMX/DF/DIF/Distrito Federal/Mexico City;COA Coahuila/Coahuila de Zaragoza/COAH/CO;COL Colima/CL;DUR Durango/DGO/DG;GRO Guerrero/GR;" +
    "GUA Guanajuato/GTO/GT;HID Hidalgo/HGO/HG;JAL Jalisco/JA;MEX México/Estado de México/Edomex/EM;MIC Michoacán/Michoacán de Ocampo/MICH/MI;MOR Morelos/MO;NAY Nayarit/NA;" +
    "NLE Nuevo León/NL;OAX Oaxaca/OA;PUE Puebla/PU;QUE Querétaro/Querétaro de Arteaga/QRO/QE;ROO Quintana Roo/QROO/QR;SIN Sinaloa/SI;SLP San Luis Potosí/SL;SON Sonora/SO;" +
    "TAB Tabasco/TB;TAM Tamaulipas/TAMPS/TM;TLA Tlaxcala/TLAX/TL;VER Veracruz/Veracruz de Ignacio de la Llave/VE;YUC Yucatán/YU;ZAC Zacatecas/ZA",
  US:
    "AL Alabama;AK Alaska;AZ Arizona;AR Arkansas;CA California;CO Colorado;CT Connecticut;DE Delaware;DC District of Columbia/Washington DC;FL Florida;" +
    "GA Georgia;HI Hawaii;ID Idaho;IL Illinois;IN Indiana;IA Iowa;KS Kansas;KY Kentucky;LA Louisiana;ME Maine;MD Maryland;MA Massachusetts;" +
    "MI Michigan;MN Minnesota;MS Mississippi;MO Missouri;MT Montana;NE Nebraska;NV Nevada;NH New Hampshire;NJ New Jersey;NM New Mexico;" +
    "NY New York/New York State;NC North Carolina;ND North Dakota;OH Ohio;OK Oklahoma;OR Oregon;PA Pennsylvania;RI Rhode Island;SC South Carolina;" +
    "SD South Dakota;TN Tennessee;TX Texas;UT Utah;VT Vermont;VA Virginia;WA Washington/Washington State;WV West Virginia;WI Wisconsin;WY Wyoming;" +
    "AS American Samoa;FM Micronesia/Federated States of Micronesia;GU Guam;MH Marshall Islands;MP Northern Mariana Islands;PR Puerto Rico;PW Palau;" +
    "VI Virgin Islands/US Virgin Islands;AA Armed Forces Americas/Armed Forces (AA);AE Armed Forces Europe/Armed Forces (AE);AP Armed Forces Pacific/Armed Forces (AP)",
};

const codesByCountry = new Map<string, Map<string, string>>();

/** Whether `regionCode` knows the country's states or provinces. */
export function hasRegionCodes(country: string): boolean {
  return Object.hasOwn(REGIONS, country);
}

/**
 * The code of a state or province, given as its code, as ISO 3166-2 has it or by its name in English or at home:
 * `TX`, `US-TX` and `Texas` are `TX`. Case, accents and punctuation do not matter. Null for what is none of these.
 */
export function regionCode(country: string, region: string): string | null {
  if (!hasRegionCodes(country)) return null;
  const codes = codesOf(country);
  const name = fold(region);
  const withoutCountry = name.startsWith(country.toLowerCase()) ? name.slice(country.length) : "";
  // Only a code may follow the country: `INDIA` is no `DIA` of `IN`.
  const bare = /[\s-]/.test(region.trim()) ? (codes.get(withoutCountry) ?? null) : null;
  return codes.get(name) ?? bare;
}

function codesOf(country: string): Map<string, string> {
  let codes = codesByCountry.get(country);
  if (codes === undefined) {
    codes = new Map();
    for (const entry of (REGIONS[country] ?? "").split(";")) {
      const space = entry.indexOf(" ");
      const code = entry.slice(0, space);
      for (const name of [code, ...entry.slice(space + 1).split("/")]) codes.set(fold(name), code);
    }
    codesByCountry.set(country, codes);
  }
  return codes;
}

/** Letters and digits alone: `N.Y.` is `ny`, and `Newfoundland & Labrador` has its `and`. */
function fold(text: string): string {
  return foldText(text)
    .replaceAll("&", "and")
    .replaceAll(/[^\p{L}\p{N}]/gu, "");
}
