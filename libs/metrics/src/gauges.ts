import { setTimeout as pause } from 'node:timers/promises';
import { Counter, Gauge, type Registry } from 'prom-client';

/** One value of a gauge, and its labels. */
export interface Reading<L extends string> {
  labels?: Record<L, string>;
  value: number;
}

/**
 * Adds a gauge whose values are read when it is scraped. If `read` resolves with undefined, no sample is exported,
 * rather than an old one.
 */
export function addGauge<L extends string = never>(
  registry: Registry,
  { labelNames = [], ...about }: { name: string; help: string; labelNames?: readonly L[] },
  read: () => Readings<L> | Promise<Readings<L>>,
): void {
  new Gauge<L>({
    ...about,
    labelNames,
    registers: [registry],
    async collect() {
      const readings = await read();
      this.reset();
      if (labelNames.length === 0) this.remove();
      for (const { labels, value } of readings ?? []) this.set({ ...labels } as Record<L, string>, value);
    },
  });
}

type Readings<L extends string> = readonly Reading<L>[] | undefined;

const probeIntervalMs = 5_000;
const probeTimeoutMs = 1_000;

/**
 * A cheap and bounded probe of something outside this process: an answer serves for five seconds, one probe runs at a
 * time, and a caller that waits longer than a second for it, or whose probe fails, gets undefined.
 */
export function createCachedProbe<T>(
  probe: () => Promise<T>,
  { everyMs = probeIntervalMs, withinMs = probeTimeoutMs }: { everyMs?: number; withinMs?: number } = {},
): () => Promise<T | undefined> {
  let pending: Promise<T | undefined> | null = null;
  let last: { at: number; value: T } | null = null;

  async function ask(): Promise<T | undefined> {
    try {
      const value = await probe();
      last = { at: performance.now(), value };
      return value;
    } catch {
      // The readiness checks log unavailable dependencies.
      return undefined;
    } finally {
      pending = null;
    }
  }

  return async () => {
    if (last && performance.now() - last.at < everyMs) return last.value;
    pending ??= ask();
    const over = new AbortController();
    const late = pause(withinMs, undefined, { signal: over.signal, ref: false }).catch(() => undefined);
    try {
      return await Promise.race([pending, late]);
    } finally {
      over.abort();
    }
  };
}

/** Adds whether this process has all it needs, as its readiness answers. Once per process. */
export function measureReadiness(registry: Registry, waitingFor: () => readonly string[]): void {
  addGauge(registry, { name: 'tributary_ready', help: '1 while the process is ready, 0 while it waits.' }, () => [
    { value: waitingFor().length === 0 ? 1 : 0 },
  ]);
}

/** Measures a pool of database connections. */
interface PoolUse {
  activeConnections(): number;
  idleConnections(): number;
  /** Requests that wait for a connection. */
  taskQueueSize(): number;
}

/** Adds how far the pool of that database is in use; asks nothing of the server. Once per process. */
export function measurePool(registry: Registry, database: string, pool: PoolUse): void {
  addGauge(
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
  addGauge(
    registry,
    {
      name: 'tributary_database_waiting',
      help: 'Requests that wait for a connection of the pool.',
      labelNames: ['database'],
    },
    () => [{ labels: { database }, value: pool.taskQueueSize() }],
  );
}

interface OutboxContents {
  messages: number;
  /** When the oldest was put in; null for an empty outbox. */
  oldestAt: Date | null;
}

/** How one try to send a message of an outbox ended. */
const sendOutcomes = ['sent', 'returned', 'refused', 'unavailable'] as const;

type SendOutcome = (typeof sendOutcomes)[number];

/** Adds what waits in an outbox, for how long, and how sending ends; the result counts one try. Once per process. */
export function measureOutbox(
  registry: Registry,
  readContents: () => Promise<OutboxContents>,
  now: () => Date,
): (outcome: SendOutcome) => void {
  const contents = createCachedProbe(readContents);
  const about = (name: string, help: string) => ({ name: `tributary_outbox_${name}`, help });
  addGauge(registry, about('messages', 'Messages that wait in the outbox to be sent.'), async () => {
    const known = await contents();
    return known && [{ value: known.messages }];
  });
  addGauge(registry, about('oldest_seconds', 'Age of the oldest message in the outbox, 0 for none.'), async () => {
    const known = await contents();
    const ageMs = known?.oldestAt ? now().getTime() - known.oldestAt.getTime() : 0;
    return known && [{ value: Math.max(0, ageMs / 1000) }];
  });
  const sends = new Counter({
    ...about('sends_total', 'Tries to send a message of the outbox, by how they ended.'),
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of sendOutcomes) sends.inc({ outcome }, 0);
  return (outcome) => sends.inc({ outcome });
}
