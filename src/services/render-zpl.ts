import type { Address, Contact } from "../domain/catalog.ts";

/** What is on a label. */
export interface ZplLabel {
  trackingNumber: string;
  service: string;
  to: Contact;
  address: Address;
  reference: string;
}

/** Dots from one line of text to the next, at 8 dots a millimetre. */
const LINE_DOTS = 44;

/** A parcel label of 4 by 6 inches in ZPL II: who it goes to, and the tracking number as Code 128. */
export function renderZpl({ trackingNumber, service, to, address, reference }: ZplLabel): string {
  const { line1, line2, city, region, postalCode, country } = address;
  const lines = [to.name, line1, line2, [postalCode, city, region].filter(Boolean).join(" "), country].filter(
    (line) => line !== undefined && line !== "",
  );
  const text = lines.map((line, index) => `^FO40,${120 + index * LINE_DOTS}^A0N,36,36^FH_^FD${literal(line ?? "")}^FS`);
  return [
    "^XA",
    "^CI28",
    "^PW812^LL1218",
    `^FO40,50^A0N,30,30^FH_^FD${literal(service)}  ${literal(reference)}^FS`,
    ...text,
    `^FO40,440^BY3^BCN,180,Y,N,N^FH_^FD${literal(trackingNumber)}^FS`,
    "^XZ",
    "",
  ].join("\n");
}

/** Text that can't be taken for a command: under ^FH_ the two command characters and the escape itself are written in hexadecimal. */
function literal(text: string): string {
  return text
    .replaceAll(/[\^~_]/g, (character) => `_${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll(/[\r\n]/g, " ");
}
