import { describe, expect, it } from "vitest";
import { checkAddress } from "../../src/domain/address.ts";
import { readPostalCode } from "../../src/domain/places/postal-codes.ts";

/** Examples of every country's codes, as Google's libaddressinput (Apache 2.0) lists them, in the form they are kept in. */
const WORLD: readonly (readonly [country: string, codes: readonly string[]])[] = (
  "AD AD100,AD501,AD700|AF 1001,2601|AI 2640|AL 1001,3501|AM 375010,0002|AR C1070AAM,C1000WAM,B1000TBU,X5187XAB|AS 96799|AT 1010,3741|AU 2060,3171,0800|AX 22150,22550|AZ 1000|BA 71000|" +
  "BB BB23026,BB22025|BD 1340,1000|BE 4000,1000|BG 1000,1700|BH 317,1201|BL 97100|BM FL 07,HM GX,HM 12|BN BT2328,KA1131|BR 40301-110,70002-900|BT 11001,31101|BY 223016,225860|CA H3Z 2Y7,V8X 3X4,T0L 1K0,K1A 0B1|" +
  "CH 2544,1211|CL 8340457,8720019|CN 266033,100096|CO 111221,130001|CR 1000,2010|CV 7600|CY 2008,3304|CZ 100 00,251 66|DE 26133,53225|DK 8660,1566|DO 11903,10101|DZ 40304,16027|" +
  "EC 090105|EE 69501,11212|EG 12411,11599|EH 70000|ES 28039,28300|ET 1000|FI 00550,00011|FK FIQQ 1ZZ|FM 96941,96944|FO 100|FR 33380,34092|GB EC1Y 8SY,GIR 0AA,M2 5BQ,M34 4AB,CR0 2YR,DN16 9AA,W1A 4ZZ,BFPO 61|" +
  "GE 0101|GF 97300|GG GY1 1AA,GY2 2BT|GI GX11 1AA|GL 3900,3950|GN 001,200|GP 97100|GR 151 24,101 88|GS SIQQ 1ZZ|GT 09001,01501|GU 96910,96931|GW 1000|" +
  "HR 10000,21001|HT 6120,5310|HU 1037,2380|ID 40115|IL 9614303|IM IM2 1AA,IM99 1PS|IN 110034,110001|IO BBND 1ZZ|IQ 31001|IR 11936-12345|IS 320,121|IT 00144,47037|" +
  "JE JE1 1AA,JE2 2BT|JO 11937,11190|JP 154-0023,350-1106|KE 20100,00100|KG 720001|KH 12203,140206|KR 03051|KW 54541,13009|KY KY1-1100,KY2-2101|KZ 040900,050012|LA 01160|LB 2038 3054,1000|" +
  "LI 9496,9485|LK 20000,00100|LR 1000|LS 100|LT 04340,03500|LU 4750,2998|LV 1073,1000|MA 53000,10000|MC 98000,98020|MD 2012,2019|ME 81257,84314|MF 97100|" +
  "MG 501,101|MH 96960,96970|MK 1314,1443|MM 11181|MN 65030|MP 96950,96951|MQ 97220|MT NXR 01,ZTN 05,BZN 1130|MU 42602|MV 20026|MX 02860,77520|MY 43000,50754|" +
  "MZ 1102|NC 98814|NE 8001|NF 2899|NG 930283,300001|NI 52000|NL 1234 AB,2490 AA|NO 0025,6631|NP 44601|NZ 6001,1030|OM 133,112|PE LIMA 23,LIMA 42,CALLAO 2,02001|" +
  "PF 98709|PG 111|PH 1008,2000|PK 44000|PL 00-950,05-470|PM 97500|PN PCRN 1ZZ|PR 00930|PT 2725-079,1250-096|PW 96940|PY 1536|RE 97400|" +
  "RO 060274,200716|RS 106314|RU 247112,103375|SA 11564,11187|SE 114 55,123 45|SG 546080,308125|SH STHL 1ZZ|SI 4000,1001|SJ 9170|SK 010 01,972 48|SM 47890,47891|SN 12500,46024|" +
  "SO JH 09010,AD 11010|SV 1101|SZ H100|TC TKCA 1ZZ|TH 10150,10210|TJ 735450|TM 744000|TN 1002,8129|TR 01960,06101|TW 104,10603|TZ 6090|UA 15432,01055|" +
  "UM 96898|US 95014,22162-1010|UY 11600|UZ 702100|VA 00120|VC VC0100|VE 1010,3001|VG VG1110,VG1150|VI 00802-1222,00850|VN 70010,720344|WF 98600|XK 10000|" +
  "YT 97600|ZA 0083,1451|ZM 50100"
)
  .split("|")
  .map((entry) => [entry.slice(0, 2), entry.slice(3).split(",")]);

const fullWidth = (code: string): string =>
  code.replaceAll(/[!-~]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0));

describe("postal codes of the whole world", () => {
  it.each(WORLD)("%s: %s, however they are written", (country, codes) => {
    for (const code of codes) {
      const kept = readPostalCode(country, code);
      expect(kept?.replaceAll(/[\s-]|^CP /g, ""), code).toBe(code.replaceAll(/[\s-]/g, ""));
      for (const writing of [
        code.toLowerCase(),
        ` ${code} `,
        fullWidth(code),
        code.replaceAll("-", " – "),
        code.replaceAll(/[\s-]/g, ""),
        `${country}-${code}`,
        `${country} ${code}`,
      ])
        expect([writing, readPostalCode(country, writing)]).toEqual([writing, kept]);
    }
  });
});

describe("a postal code that is right is taken", () => {
  it.each([
    ["AR", "1420", "1420"],
    ["AR", "c1420xyz", "C1420XYZ"],
    ["MD", "MD-2001", "2001"],
    ["FO", "FO-100", "100"],
    ["IN", "400 072", "400072"],
    ["IN", "४०० ०७२", "400072"],
    ["JP", "〒153-0063", "153-0063"],
    ["JP", "〒１５３－００６３", "153-0063"],
    ["JP", "153ー0063", "153-0063"],
    ["KH", "120101", "120101"],
    ["KH", "១២០១០១", "120101"],
    ["KZ", "A15E3B4", "A15E3B4"],
    ["DE", "D-10115", "10115"],
    ["AT", "A-1010", "1010"],
    ["FR", "F-75001", "75001"],
    ["FR", "75 001", "75001"],
    ["IT", "I-20121", "20121"],
    ["LU", "L-1234", "1234"],
    ["SE", "SE-116 21", "116 21"],
    ["FI", "FIN-00100", "00100"],
    ["LI", "FL-9490", "9490"],
    ["SV", "CP 1101", "1101"],
    ["BR", "CEP 01310-100", "01310-100"],
    ["HT", "HT6120", "6120"],
    ["BB", "11000", "BB11000"],
    ["EG", "١٢٤١١", "12411"],
    ["SG", "018 956", "018956"],
    ["KR", "06 035", "06035"],
    ["PL", "00 950", "00-950"],
    ["GB", "sw1a2aa", "SW1A 2AA"],
    ["CA", "m5v-2t6", "M5V 2T6"],
    ["US", "78701 1234", "78701-1234"],
    ["NI", "11001", "11001"],
    ["AO", "1234-AB", "1234-AB"],
  ])("%s %s is %s", (country, given, kept) => expect(readPostalCode(country, given)).toBe(kept));
});

describe("a postal code that can't be right is refused", () => {
  it.each([
    ["DE", "1011"],
    ["DE", "101155"],
    ["NL", "10178"],
    ["US", "7870"],
    ["CA", "12345"],
    ["GB", "12345"],
    ["IN", "4000722"],
    ["JP", "1530"],
    ["KZ", "A15E3B"],
    ["MD", "FO-2001"],
    ["AO", "<script>"],
    ["AO", "1".repeat(1000)],
    ["BB", "BB"],
  ])("%s %s", (country, given) => expect(readPostalCode(country, given)).toBeNull());
});

it("an address without a postal code is complete where its country delivers without one", () => {
  const missing = (country: string) =>
    checkAddress({ line1: "Calle 1", city: "Somewhere", country }).map(({ field, problem }) => `${field} ${problem}`);
  for (const country of ["AR", "IE", "HK", "KE", "FO", "MC", "GI", "PA"]) expect(missing(country)).toEqual([]);
  for (const country of ["DE", "JP", "GB", "FR", "MX"]) expect(missing(country)).toContain("postalCode missing");
});
