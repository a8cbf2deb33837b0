import type { Clock } from './clock.ts';

/** Remembers values each until its own time. */
export interface TtlCache<V> {
  /** Undefined once its time is over, and for what was crowded out. */
  get(key: string): V | undefined;
  /** `until` is in milliseconds since 1970; from then on the value is gone. */
  set(key: string, value: V, until: number): void;
}

/** Holds at most that many values; the one kept longest ago makes room. */
export function createTtlCache<V>({ maxEntries, clock }: { maxEntries: number; clock: Clock }): TtlCache<V> {
  const kept = new Map<string, { value: V; until: number }>();
  return {
    get(key) {
      const known = kept.get(key);
      if (known && clock.now().getTime() < known.until) return known.value;
      kept.delete(key);
      return undefined;
    },
    set(key, value, until) {
      kept.delete(key);
      kept.set(key, { value, until });
      const [oldest] = kept.keys();
      if (kept.size > maxEntries && oldest !== undefined) kept.delete(oldest);
    },
  };
}
