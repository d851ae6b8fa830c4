import type { Warehouse } from "../src/domain/catalog.ts";
import type { WarehouseId } from "../src/domain/ids.ts";

/** A warehouse of the company: `stocks` tells whether it carries the whole range or what sells best. */
export type SeedWarehouse = Warehouse & { stocks: "range" | "bestsellers" };

const MONDAY_TO_FRIDAY = [1, 2, 3, 4, 5];
const MONDAY_TO_SATURDAY = [1, 2, 3, 4, 5, 6];
const SUNDAY_TO_THURSDAY = [7, 1, 2, 3, 4];

const EUROPE = [
  "AT",
  "BE",
  "BG",
  "CH",
  "CZ",
  "DE",
  "DK",
  "EE",
  "ES",
  "FI",
  "FR",
  "GB",
  "GR",
  "HR",
  "HU",
  "IE",
  "IT",
  "LT",
  "LU",
  "LV",
  "NL",
  "NO",
  "PL",
  "PT",
  "RO",
  "SE",
  "SI",
  "SK",
  "TR",
];
const NORTH_AMERICA = ["US", "CA", "MX"];
const SOUTH_AMERICA = ["BR", "AR", "CL", "CO", "PE", "UY"];
const GULF = ["AE", "SA", "KW", "QA", "BH", "OM"];
const SOUTHERN_AFRICA = ["ZA", "NA", "BW", "ZW", "MZ"];
const EAST_AFRICA = ["KE", "UG", "TZ", "RW", "ET"];
const OCEANIA = ["AU", "NZ", "FJ"];

type Row = [
  id: string,
  city: string,
  country: string,
  latitude: number,
  longitude: number,
  timeZone: string,
  cutOff: string,
  workingDays: readonly number[],
  dailyCapacity: number,
  serves: readonly string[],
  stocks: SeedWarehouse["stocks"],
  line1: string,
  /** Null where the country has none. */
  postalCode: string | null,
  region?: string,
];

// prettier-ignore
const ROWS: readonly Row[] = [
  // Europe
  ["rotterdam", "Rotterdam", "NL", 51.9244, 4.4777, "Europe/Amsterdam", "17:00", MONDAY_TO_SATURDAY, 2400, [], "range", "Waalhaven Oostzijde 85", "3087 BM"],
  ["london", "London", "GB", 51.5074, -0.1278, "Europe/London", "16:30", MONDAY_TO_FRIDAY, 1400, ["GB", "IE"], "bestsellers", "14 Thames Road", "IG11 0HZ"],
  ["paris", "Paris", "FR", 48.8566, 2.3522, "Europe/Paris", "16:00", MONDAY_TO_FRIDAY, 1100, EUROPE, "bestsellers", "28 Rue de Rungis", "75013"],
  ["berlin", "Berlin", "DE", 52.52, 13.405, "Europe/Berlin", "17:00", MONDAY_TO_FRIDAY, 1200, EUROPE, "bestsellers", "Westhafenstraße 1", "13353"],
  ["milan", "Milan", "IT", 45.4642, 9.19, "Europe/Rome", "15:30", MONDAY_TO_FRIDAY, 900, EUROPE, "bestsellers", "Via Mecenate 76", "20138", "MI"],
  ["madrid", "Madrid", "ES", 40.4168, -3.7038, "Europe/Madrid", "16:00", MONDAY_TO_FRIDAY, 800, ["ES", "PT", "FR", "IT"], "bestsellers", "Calle de Méndez Álvaro 56", "28045"],
  ["warsaw", "Warsaw", "PL", 52.2297, 21.0122, "Europe/Warsaw", "16:00", MONDAY_TO_FRIDAY, 900, EUROPE, "bestsellers", "ul. Annopol 3", "03-236"],
  ["stockholm", "Stockholm", "SE", 59.3293, 18.0686, "Europe/Stockholm", "15:00", MONDAY_TO_FRIDAY, 600, ["SE", "NO", "DK", "FI", "EE", "LV", "LT"], "bestsellers", "Västberga allé 36", "126 30"],
  ["istanbul", "Istanbul", "TR", 41.0082, 28.9784, "Europe/Istanbul", "17:00", MONDAY_TO_SATURDAY, 700, ["TR", "GR", "BG", "RO"], "bestsellers", "Basın Ekspres Yolu 12", "34303"],
  // North America
  ["columbus", "Columbus", "US", 39.9612, -82.9988, "America/New_York", "18:00", MONDAY_TO_SATURDAY, 2600, [], "range", "2250 Alum Creek Drive", "43207", "OH"],
  ["reno", "Reno", "US", 39.5296, -119.8138, "America/Los_Angeles", "17:00", MONDAY_TO_SATURDAY, 1500, NORTH_AMERICA, "bestsellers", "4690 Longley Lane", "89502", "NV"],
  ["dallas", "Dallas", "US", 32.7767, -96.797, "America/Chicago", "17:30", MONDAY_TO_FRIDAY, 1300, NORTH_AMERICA, "bestsellers", "4200 Irving Boulevard", "75247", "TX"],
  ["toronto", "Toronto", "CA", 43.6532, -79.3832, "America/Toronto", "16:00", MONDAY_TO_FRIDAY, 800, ["CA", "US"], "bestsellers", "55 Commissioners Street", "M5A 1A6", "ON"],
  ["mexico-city", "Mexico City", "MX", 19.4326, -99.1332, "America/Mexico_City", "15:00", MONDAY_TO_FRIDAY, 600, ["MX"], "bestsellers", "Avenida Ceylán 585", "02300", "CDMX"],
  // South America
  ["sao-paulo", "São Paulo", "BR", -23.5505, -46.6333, "America/Sao_Paulo", "16:00", MONDAY_TO_FRIDAY, 1000, SOUTH_AMERICA, "range", "Avenida Presidente Wilson 2901", "03107-002", "SP"],
  ["bogota", "Bogotá", "CO", 4.711, -74.0721, "America/Bogota", "15:00", MONDAY_TO_SATURDAY, 400, ["CO", "PE"], "bestsellers", "Carrera 68D # 17-30", "110931"],
  // Asia
  ["singapore", "Singapore", "SG", 1.3521, 103.8198, "Asia/Singapore", "18:00", MONDAY_TO_SATURDAY, 2000, [], "range", "21 Tuas South Avenue 6", "637766"],
  ["tokyo", "Tokyo", "JP", 35.6762, 139.6503, "Asia/Tokyo", "16:00", MONDAY_TO_SATURDAY, 1200, ["JP", "KR"], "bestsellers", "3-1-1 Yashio", "140-0003", "Tokyo"],
  ["hong-kong", "Hong Kong", "HK", 22.3193, 114.1694, "Asia/Hong_Kong", "17:30", MONDAY_TO_SATURDAY, 1100, ["HK", "CN", "KR", "TW"], "bestsellers", "1 Kwai On Road, Kwai Chung", null, "New Territories"],
  ["mumbai", "Mumbai", "IN", 19.076, 72.8777, "Asia/Kolkata", "15:30", MONDAY_TO_SATURDAY, 900, ["IN", "LK", "BD"], "bestsellers", "Plot 12, Saki Vihar Road", "400072", "Maharashtra"],
  ["dubai", "Dubai", "AE", 25.2048, 55.2708, "Asia/Dubai", "16:00", SUNDAY_TO_THURSDAY, 900, GULF, "bestsellers", "Street 8, Jebel Ali Free Zone", null, "Dubai"],
  // Africa
  ["johannesburg", "Johannesburg", "ZA", -26.2041, 28.0473, "Africa/Johannesburg", "15:30", MONDAY_TO_FRIDAY, 700, [...SOUTHERN_AFRICA, ...EAST_AFRICA, "NG", "GH"], "range", "12 Heidelberg Road, City Deep", "2049"],
  ["nairobi", "Nairobi", "KE", -1.2921, 36.8219, "Africa/Nairobi", "15:00", MONDAY_TO_SATURDAY, 400, EAST_AFRICA, "bestsellers", "Enterprise Road 41", "00501"],
  // Oceania
  ["sydney", "Sydney", "AU", -33.8688, 151.2093, "Australia/Sydney", "16:00", MONDAY_TO_FRIDAY, 900, OCEANIA, "range", "6 Foreshore Road, Banksmeadow", "2019", "NSW"],
];

function minutesOf(time: string): number {
  const [hours = "0", minutes = "0"] = time.split(":");
  return Number(hours) * 60 + Number(minutes);
}

/** The company's 24 warehouses. */
export const WAREHOUSES: readonly SeedWarehouse[] = ROWS.map(
  ([
    id,
    city,
    country,
    latitude,
    longitude,
    timeZone,
    cutOff,
    days,
    capacity,
    serves,
    stocks,
    line1,
    postalCode,
    region,
  ]) => ({
    id: id as WarehouseId,
    name: `Holdfast ${city}`,
    city,
    country,
    location: { latitude, longitude },
    timeZone,
    cutOffMinutes: minutesOf(cutOff),
    workingDays: [...days].sort((a, b) => a - b),
    dailyCapacity: capacity,
    serves,
    mode: "floor",
    open: true,
    address: {
      line1,
      city,
      ...(region !== undefined && { region }),
      ...(postalCode !== null && { postalCode }),
      country,
    },
    stocks,
  }),
);
