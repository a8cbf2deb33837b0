import type { Server } from 'node:http';
import { type BlockList, isIPv6, type Socket } from 'node:net';
import type { LimitName } from '../metrics/limit-of.ts';
import { countedAddress, plainAddress } from './client-address.ts';

/**
 * Closes new connections over the maximum of a server, and of one address. Those of trusted proxies count only towards the
 * first: a proxy connects on behalf of many clients.
 */
export function createLimitConnections(options: { max: number; maxPerAddress: number; trustedProxies: BlockList }) {
  const { max, maxPerAddress, trustedProxies } = options;
  return (server: Server, refused: (limit: LimitName) => void): void => {
    const open = new Map<string, number>();
    server.maxConnections = max;
    server.on('drop', () => refused('MAX_TCP_CONNECTIONS'));
    server.prependListener('connection', (socket: Socket) => {
      const peer = plainAddress(socket.remoteAddress ?? '');
      if (peer === '' || trustedProxies.check(peer, isIPv6(peer) ? 'ipv6' : 'ipv4')) return;
      const address = countedAddress(peer);
      const count = (open.get(address) ?? 0) + 1;
      if (count > maxPerAddress) {
        refused('MAX_TCP_CONNECTIONS_PER_ADDRESS');
        socket.destroy();
        return;
      }
      open.set(address, count);
      socket.once('close', () => {
        const left = (open.get(address) ?? 1) - 1;
        if (left > 0) open.set(address, left);
        else open.delete(address);
      });
    });
  };
}
