import type { Customer } from "../src/domain/catalog.ts";
import type { CustomerId } from "../src/domain/ids.ts";

type Row = [
  name: string,
  line1: string,
  city: string,
  region: string | null,
  postalCode: string | null,
  country: string,
  latitude: number,
  longitude: number,
  phone: string | null,
  language: string,
];

// prettier-ignore
const ROWS: readonly Row[] = [
  ["Amelie Fournier", "12 Rue de Turenne", "Paris", null, "75004", "FR", 48.8556, 2.3634, "+33140205050", "fr"],
  ["Oliver Bennett", "48 Lower Marsh", "London", null, "SE1 7RG", "GB", 51.501, -0.112, "+442079460018", "en"],
  ["Grace Hughes", "7 Park Row", "Leeds", null, "LS1 5HD", "GB", 53.7977, -1.5477, null, "en"],
  ["Aoife Brennan", "22 Capel Street", "Dublin", null, "D01 F8A2", "IE", 53.3472, -6.2688, null, "en"],
  ["Jonas Becker", "Torstraße 140", "Berlin", null, "10119", "DE", 52.5296, 13.3986, null, "de"],
  ["Lena Hoffmann", "Sendlinger Straße 33", "München", null, "80331", "DE", 48.1345, 11.5695, null, "de"],
  ["Daan Visser", "Nieuwe Binnenweg 210", "Rotterdam", null, "3021 GK", "NL", 51.9146, 4.4603, null, "nl"],
  ["Sofie Claes", "Nationalestraat 54", "Antwerpen", null, "2000", "BE", 51.2163, 4.3979, null, "nl"],
  ["Giulia Romano", "Via Solferino 18", "Milano", "MI", "20121", "IT", 45.4755, 9.1868, null, "it"],
  ["Marco Esposito", "Via Toledo 256", "Napoli", "NA", "80132", "IT", 40.8409, 14.2487, null, "it"],
  ["Carmen Ortega", "Calle de Hortaleza 61", "Madrid", null, "28004", "ES", 40.4239, -3.6985, null, "es"],
  ["Tiago Almeida", "Rua Garrett 42", "Lisboa", null, "1200-204", "PT", 38.7107, -9.1417, null, "pt"],
  ["Elsa Lindqvist", "Götgatan 31", "Stockholm", null, "116 21", "SE", 59.3164, 18.0722, null, "sv"],
  ["Henrik Dahl", "Markveien 35", "Oslo", null, "0554", "NO", 59.9229, 10.7587, null, "no"],
  ["Zofia Kowalska", "ul. Mokotowska 40", "Warszawa", null, "00-543", "PL", 52.2247, 21.0199, null, "pl"],
  ["Petra Novak", "Vinohradská 48", "Praha", null, "120 00", "CZ", 50.0757, 14.4426, null, "cs"],
  ["Eleni Pappas", "Ermou 56", "Athina", null, "105 63", "GR", 37.9765, 23.7283, null, "el"],
  ["Emre Yilmaz", "Bağdat Caddesi 310", "İstanbul", null, "34728", "TR", 40.9659, 29.0726, null, "tr"],
  ["Emily Carter", "350 West 42nd Street", "New York", "NY", "10036", "US", 40.758, -73.9918, "+12125550142", "en"],
  ["Noah Mitchell", "1201 Lake Street", "Chicago", "IL", "60607", "US", 41.8857, -87.6584, null, "en"],
  ["Ava Ramirez", "2100 South Lamar Boulevard", "Austin", "TX", "78704", "US", 30.2475, -97.7727, null, "en"],
  ["Lucas Nguyen", "455 Valencia Street", "San Francisco", "CA", "94103", "US", 37.7663, -122.4219, null, "en"],
  ["Mia Johnson", "88 Peachtree Street", "Atlanta", "GA", "30303", "US", 33.7557, -84.3887, null, "en"],
  ["Ethan Tremblay", "4020 Rue Saint-Denis", "Montréal", "QC", "H2W 2M5", "CA", 45.5207, -73.5785, null, "fr"],
  ["Chloe Singh", "1455 West Georgia Street", "Vancouver", "BC", "V6G 2T3", "CA", 49.2904, -123.1325, null, "en"],
  ["Valentina Cruz", "Calle Durango 180", "Ciudad de México", "CDMX", "06700", "MX", 19.4196, -99.1613, null, "es"],
  ["Rafael Souza", "Rua Augusta 1500", "São Paulo", "SP", "01304-001", "BR", -23.5563, -46.6572, null, "pt"],
  ["Camila Rojas", "Avenida Providencia 1650", "Santiago", "RM", "7500498", "CL", -33.4263, -70.6167, null, "es"],
  ["Mateo Vargas", "Carrera 13 # 85-32", "Bogotá", "DC", "110221", "CO", 4.6689, -74.0524, null, "es"],
  ["Haruto Sato", "2-11-3 Meguro", "Tokyo", "Tokyo", "153-0063", "JP", 35.6339, 139.7081, null, "ja"],
  ["Seo-yeon Kim", "45 Dosan-daero", "Seoul", null, "06035", "KR", 37.5219, 127.0228, null, "ko"],
  ["Wei Ling Tan", "18 Tiong Bahru Road", "Singapore", null, "168731", "SG", 1.2861, 103.8326, null, "en"],
  ["Ka Yan Wong", "128 Queen's Road West", "Hong Kong", "Hong Kong Island", null, "HK", 22.2871, 114.1458, null, "zh"],
  ["Ananya Iyer", "14 Hill Road, Bandra West", "Mumbai", "Maharashtra", "400050", "IN", 19.0543, 72.8302, null, "en"],
  ["Omar Haddad", "Villa 21, Al Wasl Road", "Dubai", "Dubai", null, "AE", 25.1972, 55.2476, null, "ar"],
  ["Thandi Nkosi", "52 Jan Smuts Avenue", "Johannesburg", "Gauteng", "2193", "ZA", -26.1715, 28.0341, null, "en"],
  ["Wanjiru Kamau", "Ngong Road 210", "Nairobi", null, "00100", "KE", -1.2996, 36.7822, null, "en"],
  ["Isla Thompson", "215 Crown Street", "Sydney", "NSW", "2010", "AU", -33.8796, 151.2153, null, "en"],
  ["Jack Wilson", "77 Brunswick Street", "Melbourne", "VIC", "3065", "AU", -37.8029, 144.9778, null, "en"],
  ["Aroha Parata", "31 Ponsonby Road", "Auckland", null, "1011", "NZ", -36.8575, 174.7509, null, "en"],
];

/** A business, which may also pay by invoice. */
const BUSINESS: Customer = {
  id: "cus_kontor-lindenhof" as CustomerId,
  contact: { name: "Kontor Lindenhof GmbH", email: "kontor.lindenhof@de.example", phone: "+493034567890" },
  address: { line1: "Lindenstraße 8", city: "Berlin", postalCode: "10969", country: "DE" },
  location: { latitude: 52.5067, longitude: 13.3953 },
  language: "de",
  paymentMethod: "pm_card_visa",
  invoiceTermsDays: 30,
};

/** People all over the world. What they pay with is the payment provider's public test card. */
const PEOPLE: readonly Customer[] = ROWS.map(
  ([name, line1, city, region, postalCode, country, latitude, longitude, phone, language]) => {
    const slug = name.toLowerCase().replace(/[^a-z]+/g, "-");
    return {
      id: `cus_${slug}` as CustomerId,
      contact: {
        name,
        email: `${slug.replaceAll("-", ".")}@${country.toLowerCase()}.example`,
        ...(phone !== null && { phone }),
      },
      address: {
        line1,
        city,
        ...(region !== null && { region }),
        ...(postalCode !== null && { postalCode }),
        country,
      },
      location: { latitude, longitude },
      language,
      paymentMethod: "pm_card_visa",
    };
  },
);

/** The people and the business. */
export const CUSTOMERS: readonly Customer[] = [...PEOPLE, BUSINESS];
