import { base64Of } from "../signing.ts";

/** What is printed on a label. */
export interface LabelFacts {
  trackingNumber: string;
  service: string;
  reference: string | null;
  from: string[];
  to: string[];
  weightKg: number;
}

const POINTS_PER_INCH = 72;
const WIDTH = 4 * POINTS_PER_INCH;
const HEIGHT = 6 * POINTS_PER_INCH;

/** A label of 4 by 6 inches as a PDF, with its tracking number as Code 128; base64. */
export async function drawPdfLabel(facts: LabelFacts): Promise<string> {
  const { PDFDocument, StandardFonts } = await import("@cantoo/pdf-lib");
  const { default: barcodes } = await import("bwip-js/generic");
  const document = await PDFDocument.create();
  const font = await document.embedFont(StandardFonts.Helvetica);
  const bold = await document.embedFont(StandardFonts.HelveticaBold);
  const page = document.addPage([WIDTH, HEIGHT]);
  const write = (text: string, x: number, y: number, size: number, isBold = false): void =>
    page.drawText(inLatin(text), { x, y, size, font: isBold ? bold : font });
  write("FedEx", 16, HEIGHT - 36, 22, true);
  write(facts.service.replaceAll("_", " "), 120, HEIGHT - 32, 10, true);
  facts.from.forEach((line, index) => write(line, 16, HEIGHT - 60 - index * 10, 8));
  facts.to.forEach((line, index) => write(line, 40, HEIGHT - 140 - index * 15, 12, index === 0));
  write(`Ref ${facts.reference ?? ""}`, 16, 190, 8);
  write(`${facts.weightKg.toFixed(2)} kg`, WIDTH - 70, 190, 8);
  const [code] = barcodes.raw({ bcid: "code128", text: facts.trackingNumber });
  const bars = code !== undefined && "sbs" in code ? code.sbs : [];
  const unit = (WIDTH - 40) / bars.reduce((sum, width) => sum + width, 1);
  let x = 20;
  bars.forEach((width, index) => {
    if (index % 2 === 0) page.drawRectangle({ x, y: 70, width: width * unit, height: 90 });
    x += width * unit;
  });
  write(facts.trackingNumber, 90, 50, 14, true);
  return base64Of(await document.save());
}

/** The same label for a thermal printer of 203 dots an inch; base64. */
export function drawZplLabel(facts: LabelFacts): string {
  const line = (text: string, x: number, y: number, size: number): string =>
    `^FO${x},${y}^A0N,${size},${size}^FD${inLatin(text).replace(/[\^~]/g, " ")}^FS`;
  const zpl = [
    "^XA^PW812^LL1218",
    line("FedEx", 40, 40, 60),
    line(facts.service.replaceAll("_", " "), 300, 50, 30),
    ...facts.from.map((text, index) => line(text, 40, 130 + index * 28, 24)),
    ...facts.to.map((text, index) => line(text, 100, 340 + index * 44, 36)),
    line(`Ref ${facts.reference ?? ""}  ${facts.weightKg.toFixed(2)} kg`, 40, 660, 26),
    `^FO60,740^BY3^BCN,280,Y,N,N^FD${facts.trackingNumber}^FS`,
    "^XZ",
  ].join("\n");
  return base64Of(new TextEncoder().encode(zpl));
}

/** The standard fonts write Latin-1 only. */
function inLatin(text: string): string {
  return text.normalize("NFC").replace(/[^\x20-\x7e\xa0-\xff]/g, "?");
}
