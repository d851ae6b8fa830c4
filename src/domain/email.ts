/** One @, no blanks, no characters that would need quotes; the host has a dot and labels of letters, digits and hyphens. */
const FORM =
  /^[^\s@<>()[\]\\,;:"\p{Cc}]{1,64}@(?:[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{M}\p{N}-]{2,63}$/u;
const LONGEST = 254;

/** Whether mail can be sent there in principle. Hosts may be in any script, as letters or in their ASCII form. */
export function isEmail(text: string): boolean {
  if (text.length > LONGEST || !FORM.test(text)) return false;
  const local = text.slice(0, text.lastIndexOf("@"));
  if (text.includes("..") || local.startsWith(".") || local.endsWith(".")) return false;
  return asciiHost(text.slice(local.length + 1)) !== null;
}

/**
 * The address as providers take it: the host in ASCII (`müller.de` is `xn--mller-kva.de`). Null for what is no address,
 * and where the part before the @ is not ASCII, which mail providers do not take.
 */
export function asciiEmail(text: string): string | null {
  const address = text.trim().normalize("NFC");
  if (!isEmail(address)) return null;
  const at = address.lastIndexOf("@");
  const local = address.slice(0, at);
  const host = asciiHost(address.slice(at + 1));
  // oxlint-disable-next-line no-control-regex -- ASCII is what is looked for
  return host !== null && /^[\x00-\x7F]+$/.test(local) ? `${local}@${host}` : null;
}

/** What two ways of writing one address have in common: the same mailbox whatever its case, and its host in ASCII. */
export function emailKey(text: string): string {
  return (asciiEmail(text) ?? text.trim().normalize("NFC")).toLowerCase();
}

/** The host as the DNS has it; null where it can't be one, or is an IP address. */
function asciiHost(host: string): string | null {
  if (!URL.canParse(`http://${host}`)) return null;
  const { hostname } = new URL(`http://${host}`);
  return hostname.length <= 253 && /\.[^.]*[a-z][^.]*$/.test(hostname) ? hostname : null;
}
