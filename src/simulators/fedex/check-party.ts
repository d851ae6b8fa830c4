import type { z } from "zod";
import { type partyShape, refuse } from "./wire.ts";

/** What FedEx's Ship API takes: at most three street lines, a state of two letters where it wants one, and these lengths. */
const LONGEST = {
  streetLines: 3,
  streetLine: 35,
  city: 35,
  state: 2,
  postalCode: 10,
  personName: 70,
  email: 80,
} as const;
const NEEDS_STATE = new Set(["US", "CA", "PR"]);

/** Refuses a party of a shipment that FedEx would refuse; its code names the party and the field. */
export function checkParty({ contact, address }: z.infer<typeof partyShape>, party: "SHIPPER" | "RECIPIENTS"): void {
  const check = (isRight: boolean, field: string, message: string): void => {
    if (!isRight) refuse(400, `${party}.${field}.INVALID`, `${message} Please update and try again.`);
  };
  const { streetLines, city, stateOrProvinceCode: state, postalCode, countryCode } = address;
  const fits = (line: string): boolean => line.trim() !== "" && [...line].length <= LONGEST.streetLine;
  check(
    streetLines.length <= LONGEST.streetLines && streetLines.every(fits),
    "STREETLINES",
    "Street lines are at most three of 35 characters.",
  );
  check(city === undefined || [...city].length <= LONGEST.city, "CITY", "The city is at most 35 characters.");
  check(
    state === undefined || state.length <= LONGEST.state,
    "STATEORPROVINCECODE",
    "The state is a code of two letters.",
  );
  check(
    !NEEDS_STATE.has(countryCode) || /^[A-Z]{2}$/.test(state ?? ""),
    "STATEORPROVINCECODE",
    "The country needs the code of a state.",
  );
  check((postalCode ?? "").length <= LONGEST.postalCode, "POSTALCODE", "The postal code is at most 10 characters.");
  check(contact.personName.length <= LONGEST.personName, "PERSONNAME", "The name is at most 70 characters.");
  check(/^\d{10,15}$/.test(contact.phoneNumber ?? ""), "PHONENUMBER", "The phone number has 10 to 15 digits.");
  check((contact.emailAddress ?? "").length <= LONGEST.email, "EMAILADDRESS", "The e-mail is at most 80 characters.");
}
