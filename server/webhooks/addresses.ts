import { BlockList, isIP } from 'node:net';

/**
 * Addresses that webhooks may not reach: whatever is not plainly the public internet (IANA's special-purpose registries). Of IPv6
 * only 2000::/3 is; what is carved out of it stands here, too, with the ways to write IPv4 in it (6to4, Teredo).
 */
const REFUSED_V4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
];
const REFUSED_V6 = [...['::/3', '4000::/2', '8000::/1'], ...['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']];

/** Networks in CIDR notation, or single addresses. Throws for text that is none. */
export function toNetworks(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', bits = isIP(address) === 4 ? '32' : '128', ...rest] = text.trim().split('/');
    const family = isIP(address);
    if (family === 0 || rest.length > 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
      throw new RangeError(`${text} is no network such as 10.0.0.0/8`);
    list.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

const refusedV4 = toNetworks(REFUSED_V4);
const refusedV6 = toNetworks(REFUSED_V6);
const loopback = toNetworks(['127.0.0.0/8', '::1']);

/** True for an address (not a name) that a webhook may be sent to: a public one, or one that the operator allowed. */
export function isReachable(address: string, allowed: BlockList): boolean {
  const plain = unmapped(address);
  const family = isIP(plain);
  if (family === 0) return false;
  if (allowed.check(plain, family === 4 ? 'ipv4' : 'ipv6')) return true;
  return family === 4 ? !refusedV4.check(plain, 'ipv4') : !refusedV6.check(plain, 'ipv6');
}

export function isLoopback(address: string): boolean {
  const plain = unmapped(address);
  return isIP(plain) !== 0 && loopback.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6');
}

/** An IPv4 address in an IPv6 one (::ffff:10.0.0.1) as itself, as it is where packets go. A zone (%eth0) is no address. */
function unmapped(address: string): string {
  if (isIP(address) !== 6 || address.includes('%')) return address.includes('%') ? '' : address;
  const { hostname } = new URL(`http://[${address}]`); // one spelling of the many that there are
  const mapped = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname);
  if (!mapped) return address;
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
