import type { Server } from 'node:http';
import { addGauge, Counter, Gauge, type Registry } from '@tributary/metrics';
import type { WebSocket } from 'ws';

/** Measures open connections and requests in flight. */
export function measureConnections(registry: Registry) {
  const registers = [registry];
  const connections = new Gauge({
    name: 'tributary_gateway_connections_open',
    help: 'Open TCP connections of clients, WebSockets among them.',
    registers,
  });
  const webSockets = new Gauge({
    name: 'tributary_gateway_websockets_open',
    help: 'Open WebSockets.',
    registers,
  });
  const failures = new Counter({
    name: 'tributary_gateway_connection_failures_total',
    help: 'Connections closed because of an unexpected error of the gateway.',
    registers,
  });
  return {
    /** An unexpected error closed one connection; each is a bug to look up in the log. */
    failed: () => failures.inc(),
    /** Counts from before the server listens. */
    watch(server: Server): void {
      server.on('connection', (socket) => {
        connections.inc();
        socket.once('close', () => connections.dec());
      });
    },
    opened(webSocket: WebSocket): void {
      webSockets.inc();
      webSocket.once('close', () => webSockets.dec());
    },
    inHand(count: () => number): void {
      const about = { name: 'tributary_gateway_in_flight', help: 'Operations in flight, without subscriptions.' };
      addGauge(registry, about, () => [{ value: count() }]);
    },
  };
}
