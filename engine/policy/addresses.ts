/**
 * IP addresses and ranges of them, IPv4 and IPv6, as the operators IpAddress and NotIpAddress compare
 * them: `203.0.113.0/24`, `2001:db8::/32`, or one address. An IPv4 address in IPv6's form
 * (`::ffff:203.0.113.9`, as sockets report it) is the IPv4 address. Pure.
 */

/** 4 or 16 bytes. */
type Address = readonly number[];

function ofV4(text: string): Address | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const bytes = match?.slice(1).map(Number);
  return bytes?.every((byte) => byte <= 255) ? bytes : undefined;
}

/** The bytes of groups between colons; undefined where one is no group. */
function bytesOf(groups: string): Address | undefined {
  if (groups === "") return [];
  const bytes: number[] = [];
  const parts = groups.split(":");
  for (const [index, part] of parts.entries()) {
    const v4 = index === parts.length - 1 ? ofV4(part) : undefined;
    if (v4 !== undefined) {
      bytes.push(...v4);
      continue;
    }
    if (!/^[0-9a-f]{1,4}$/i.test(part)) return undefined;
    const group = Number.parseInt(part, 16);
    bytes.push(group >> 8, group & 255);
  }
  return bytes;
}

function ofV6(text: string): Address | undefined {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return undefined;
  const before = bytesOf(head);
  const after = bytesOf(tail ?? "");
  if (before === undefined || after === undefined) return undefined;
  const zeros = 16 - before.length - after.length;
  // `::` stands for one group of zeros at least.
  if (tail === undefined ? zeros !== 0 : zeros < 2) return undefined;
  return [...before, ...Array<number>(zeros).fill(0), ...after];
}

/** `::ffff:0:0/96`, in which IPv6 has the IPv4 addresses. */
const mapped: Address = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

function addressOf(text: string): Address | undefined {
  const v4 = ofV4(text);
  if (v4 !== undefined || !text.includes(":")) return v4;
  const v6 = ofV6(text);
  return v6 && mapped.every((byte, index) => v6[index] === byte) ? v6.slice(12) : v6;
}

function isWithin(address: Address, network: Address, bits: number): boolean {
  if (address.length !== network.length) return false;
  return address.every((byte, index) => {
    const left = bits - index * 8;
    if (left <= 0) return true;
    const mask = left >= 8 ? 255 : (255 << (8 - left)) & 255;
    return (byte & mask) === ((network[index] ?? 0) & mask);
  });
}

/** Whether an address lies in the range; undefined where the text is neither range nor address. */
export function rangeTest(range: string): ((address: string) => boolean) | undefined {
  const [, text = "", prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(range) ?? [];
  const network = addressOf(text);
  if (network === undefined) return undefined;
  const isMapped = text.includes(":") && network.length === 4;
  const most = network.length * 8;
  const bits = prefix === undefined ? most : Number(prefix) - (isMapped ? 96 : 0);
  if (bits < 0 || bits > most) return undefined;
  return (value) => {
    const address = addressOf(value);
    return address !== undefined && isWithin(address, network, bits);
  };
}
