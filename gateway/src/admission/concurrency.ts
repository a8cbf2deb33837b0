import type { Server } from 'node:http';
import { type BlockList, isIPv6, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { RetryAfterError } from '../errors.ts';
import type { LimitName } from '../limit-names.ts';
import { countedAddress, plainAddress } from './client-address.ts';

export interface ConnectionLimiter {
  /**
   * Acquires a slot for a client and returns its release, which may be called more than once. Throws if no slot is
   * free.
   */
  take(client: string): () => void;
  count(): number;
}

/**
 * Limits the number of open connections or subscriptions in this process: in all (UNAVAILABLE above `all.max`) and per
 * client (RATE_LIMITED above `perClient.max`).
 */
export function createConnectionLimiter(options: {
  /** The plural noun for messages. */
  name: string;
  all: { limit: LimitName; max: number };
  perClient: { limit: LimitName; max: number };
  retryAfterSeconds: number;
}): ConnectionLimiter {
  const { name, all, perClient, retryAfterSeconds } = options;
  const taken = new Map<string, number>();
  let count = 0;
  return {
    count: () => count,
    take(client) {
      const own = taken.get(client) ?? 0;
      if (own >= perClient.max) {
        const limit = { limit: perClient.limit, retryAfterSeconds };
        throw new RetryAfterError('RATE_LIMITED', `You have ${own} ${name} open; close one first`, limit);
      }
      if (count >= all.max) {
        const limit = { limit: all.limit, retryAfterSeconds };
        throw new RetryAfterError('UNAVAILABLE', `No more ${name} are accepted right now`, limit);
      }
      count += 1;
      taken.set(client, own + 1);
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        count -= 1;
        const left = (taken.get(client) ?? 1) - 1;
        if (left > 0) taken.set(client, left);
        else taken.delete(client);
      };
    },
  };
}

const sampleMs = 1_000;
const resolutionMs = 20;
const nanoseconds = 1e6;

export type LoadShedder = ReturnType<typeof createLoadShedder>;

/**
 * Counts operations in flight, in all and per address, and measures the mean delay of the event loop in the last
 * second; call `stop` at the end.
 */
export function createLoadShedder(options: { maxInFlight: number; maxInFlightPerAddress: number; maxLagMs: number }) {
  const { maxInFlight, maxLagMs } = options;
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let lagMs = 0;
  const sample = setInterval(() => {
    lagMs = Math.max(0, delay.mean / nanoseconds - resolutionMs);
    delay.reset();
  }, sampleMs).unref();
  const places = createConnectionLimiter({
    name: 'operations',
    all: { limit: 'MAX_IN_FLIGHT', max: maxInFlight },
    perClient: { limit: 'MAX_IN_FLIGHT_PER_ADDRESS', max: options.maxInFlightPerAddress },
    retryAfterSeconds: 1,
  });

  function overload(): RetryAfterError | null {
    const message = 'There is too much to do right now';
    const later = (limit: LimitName) => new RetryAfterError('UNAVAILABLE', message, { limit, retryAfterSeconds: 1 });
    if (places.count() >= maxInFlight) return later('MAX_IN_FLIGHT');
    return lagMs > maxLagMs ? later('MAX_EVENT_LOOP_LAG_MS') : null;
  }

  function assertNotOverloaded(): void {
    const refusal = overload();
    if (refusal) throw refusal;
  }

  return {
    inFlight: places.count,

    isOverloaded: () => overload() !== null,

    /** Throws UNAVAILABLE under overload; counts nothing. */
    assertNotOverloaded,

    /**
     * Counts an operation of an address until the returned function is called, once or more. Throws UNAVAILABLE under
     * overload and RATE_LIMITED if the address has its share in flight.
     */
    enter(address: string): () => void {
      assertNotOverloaded();
      return places.take(address);
    },

    stop() {
      clearInterval(sample);
      delay.disable();
    },
  };
}

/**
 * Closes new connections above the maximum of a server and of one address. Connections of trusted proxies count only
 * towards the first: a proxy connects on behalf of many clients.
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
