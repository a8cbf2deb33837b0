import type { IncomingMessage } from 'node:http';
import { expect, test } from '@jest/globals';
import { createClientAddress, networks } from './client-address.ts';

const of = (trusted: string, peer: string, forwarded?: string) =>
  createClientAddress(networks.parse(trusted))({
    socket: { remoteAddress: peer },
    headers: { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage);

test.each<[string, string, string, string | undefined, string]>([
  ['a peer that is no trusted proxy is believed nothing', '', '192.0.2.1', '198.51.100.7', '192.0.2.1'],
  ['a trusted proxy tells who came to it', '10.0.0.0/8', '10.1.1.1', '198.51.100.7', '198.51.100.7'],
  [
    'what the client wrote before it is not believed',
    '10.0.0.0/8',
    '10.1.1.1',
    '1.1.1.1, 198.51.100.7',
    '198.51.100.7',
  ],
  ['a chain of trusted proxies is followed', '10.0.0.0/8', '10.1.1.1', '198.51.100.7, 10.2.2.2', '198.51.100.7'],
  ['a trusted proxy that tells nothing is the client', '10.0.0.0/8', '10.1.1.1', undefined, '10.1.1.1'],
  ['what is no address ends the chain', '10.0.0.0/8', '10.1.1.1', 'unknown', '10.1.1.1'],
  ['an IPv4 address in IPv6 is the IPv4 one', '127.0.0.1', '::ffff:127.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['an IPv6 network of 64 bits is one client', '', '2001:db8::1:2', undefined, '2001:db8:0:0::/64'],
])('%s', (_name, trusted, peer, forwarded, expected) => {
  expect(of(trusted, peer, forwarded)).toBe(expected);
});

test('what is no network is refused by name', () => {
  expect(networks.safeParse('10.0.0.0/8, here').error?.message).toContain('\\"here\\" must look like');
  expect(networks.safeParse('10.0.0.0/33').success).toBe(false);
});
