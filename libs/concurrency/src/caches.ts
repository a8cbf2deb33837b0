import type { Clock } from '@tributary/core';

/** A cache in which each value has its own expiry. */
export interface TtlCache<V> {
  /** Undefined for a value that expired or was evicted. */
  get(key: string): V | undefined;
  /** `expiresAt` is in milliseconds since 1970. */
  set(key: string, value: V, expiresAt: number): void;
}

/** Returns the cached value of the key, or caches the value that `make` returns. */
export type LruMemo<V> = (key: string, make: () => V) => V;

/** Creates a cache of at most `maxEntries` values; the value set first is evicted. */
export function createTtlCache<V>({ maxEntries, clock }: { maxEntries: number; clock: Clock }): TtlCache<V> {
  const entries = new Map<string, { value: V; expiresAt: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry && clock.now().getTime() < entry.expiresAt) return entry.value;
      entries.delete(key);
      return undefined;
    },
    set(key, value, expiresAt) {
      setLast(entries, key, { value, expiresAt }, maxEntries);
    },
  };
}

/** Creates a memo of at most `maxEntries` values; the least recently used value is evicted. `make` must not return undefined. */
export function createLruMemo<V>({ maxEntries }: { maxEntries: number }): LruMemo<V> {
  const values = new Map<string, V>();
  return (key, make) => {
    const value = values.get(key) ?? make();
    setLast(values, key, value, maxEntries);
    return value;
  };
}

/** A Map iterates in the order of insertion, so its first key is the oldest. */
function setLast<V>(map: Map<string, V>, key: string, value: V, maxEntries: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > maxEntries && oldest !== undefined) map.delete(oldest);
}
