import type { Registry } from 'prom-client';
import { gaugeOf } from './gauge-of.ts';

/** What a pool of database connections tells of itself. */
interface PoolUse {
  activeConnections(): number;
  idleConnections(): number;
  /** Requests that wait for a connection. */
  taskQueueSize(): number;
}

/** Adds how far the pool of that database is in use; asks nothing of the server. Once per process. */
export function measurePool(registry: Registry, database: string, pool: PoolUse): void {
  gaugeOf(
    registry,
    {
      name: 'tributary_database_connections',
      help: 'Open connections of the pool, by what they do.',
      labelNames: ['database', 'state'],
    },
    () => [
      { labels: { database, state: 'active' }, value: pool.activeConnections() },
      { labels: { database, state: 'idle' }, value: pool.idleConnections() },
    ],
  );
  gaugeOf(
    registry,
    {
      name: 'tributary_database_waiting',
      help: 'Requests that wait for a connection of the pool.',
      labelNames: ['database'],
    },
    () => [{ labels: { database }, value: pool.taskQueueSize() }],
  );
}
