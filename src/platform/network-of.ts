/**
 * The network that a client's address stands for in counts: an IPv4 address itself, and of an IPv6 address its first
 * 64 bits, because one subscriber has all the addresses behind them. What is no address is one network, "unknown".
 */
export function networkOf(address: string | null): string {
  if (address === null || address.length > 45) return "unknown";
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1] ?? address;
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(mapped)) return mapped;
  const groups = groupsOf(address);
  return groups === null ? "unknown" : `${groups.slice(0, 4).join(":")}::/64`;
}

/** The eight groups of an IPv6 address as lower-case hex without leading zeros; null for what is none. */
function groupsOf(address: string): string[] | null {
  const halves = address.toLowerCase().split("::");
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array.from({ length: missing }, () => "0"), ...tail];
  return groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))
    ? groups.map((group) => Number.parseInt(group, 16).toString(16))
    : null;
}
