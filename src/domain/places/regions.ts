/** States and provinces by code, for the countries whose carriers take nothing but the code. */
const REGIONS: Readonly<Record<string, string>> = {
  AU: "ACT Australian Capital Territory;NSW New South Wales;NT Northern Territory;QLD Queensland;SA South Australia;TAS Tasmania;VIC Victoria;WA Western Australia",
  CA: "AB Alberta;BC British Columbia;MB Manitoba;NB New Brunswick;NL Newfoundland and Labrador;NS Nova Scotia;NT Northwest Territories;NU Nunavut;ON Ontario;PE Prince Edward Island;QC Quebec;SK Saskatchewan;YT Yukon",
  US:
    "AL Alabama;AK Alaska;AZ Arizona;AR Arkansas;CA California;CO Colorado;CT Connecticut;DE Delaware;DC District of Columbia;FL Florida;" +
    "GA Georgia;HI Hawaii;ID Idaho;IL Illinois;IN Indiana;IA Iowa;KS Kansas;KY Kentucky;LA Louisiana;ME Maine;MD Maryland;MA Massachusetts;" +
    "MI Michigan;MN Minnesota;MS Mississippi;MO Missouri;MT Montana;NE Nebraska;NV Nevada;NH New Hampshire;NJ New Jersey;NM New Mexico;" +
    "NY New York;NC North Carolina;ND North Dakota;OH Ohio;OK Oklahoma;OR Oregon;PA Pennsylvania;RI Rhode Island;SC South Carolina;" +
    "SD South Dakota;TN Tennessee;TX Texas;UT Utah;VT Vermont;VA Virginia;WA Washington;WV West Virginia;WI Wisconsin;WY Wyoming;" +
    "AS American Samoa;GU Guam;MP Northern Mariana Islands;PR Puerto Rico;VI Virgin Islands;AA Armed Forces Americas;AE Armed Forces Europe;AP Armed Forces Pacific",
};

const codesByCountry = new Map<string, Map<string, string>>();

/** Whether `regionCode` knows the country's states or provinces. */
export function hasRegionCodes(country: string): boolean {
  return Object.hasOwn(REGIONS, country);
}

/** The code of a state or province, given as its code or its English name (`Texas` is `TX`); null when it is neither. */
export function regionCode(country: string, region: string): string | null {
  const known = REGIONS[country];
  if (known === undefined) return null;
  let codes = codesByCountry.get(country);
  if (codes === undefined) {
    codes = new Map();
    for (const entry of known.split(";")) {
      const space = entry.indexOf(" ");
      const code = entry.slice(0, space);
      codes.set(code, code).set(fold(entry.slice(space + 1)), code);
    }
    codesByCountry.set(country, codes);
  }
  return codes.get(fold(region)) ?? null;
}

/** Québec is Quebec, and case does not matter. */
function fold(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").trim().toUpperCase();
}
