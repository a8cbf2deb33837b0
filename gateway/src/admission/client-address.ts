import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { z } from 'zod';

export type ClientAddress = (request: IncomingMessage) => string;

/** A comma-separated list of addresses and networks (`10.0.0.0/8`). */
export const networks = z.string().transform((text, context) => {
  const list = new BlockList();
  for (const entry of text.split(',').map((each) => each.trim())) {
    if (entry === '') continue;
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    const most = family === 'ipv6' ? 128 : 32;
    const length = bits === undefined ? most : Number(bits);
    if (isIP(address) && Number.isInteger(length) && length >= 0 && length <= most) {
      list.addSubnet(address, length, family);
    } else context.addIssue({ code: 'custom', message: `"${entry}" must look like 10.0.0.0/8 or 10.0.0.1` });
  }
  return list;
});

/**
 * Returns the address a request came from: if the peer is a trusted proxy, the last address in X-Forwarded-For that is
 * not a trusted proxy; otherwise the peer's, whatever the header says. An IPv6 network of 64 bits, which one client has
 * to itself, counts as one address.
 */
export function createClientAddress(trusted: BlockList): ClientAddress {
  const isTrusted = (address: string) => trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  return (request) => {
    let address = plainAddress(request.socket.remoteAddress ?? '');
    const forwarded = String(request.headers['x-forwarded-for'] ?? '').split(',');
    while (isIP(address) && isTrusted(address)) {
      const before = plainAddress(forwarded.pop()?.trim() ?? '');
      if (!isIP(before)) break;
      address = before;
    }
    return countedAddress(address);
  };
}

/** The address under which a client is counted. */
export const countedAddress = (address: string) => (isIPv6(address) ? network64(address) : address);

/** Converts an IPv4 address on an IPv6 socket to IPv4. */
export const plainAddress = (address: string) => address.replace(/^::ffff:(?=\d+\.)/i, '');

function network64(address: string): string {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  const groups = [...front, ...zeros, ...back].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}
