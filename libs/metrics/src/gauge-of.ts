import { Gauge, type Registry } from 'prom-client';

/** One value of a gauge, and its labels. */
export interface Reading<L extends string> {
  labels?: Record<L, string>;
  value: number;
}

/**
 * Adds a gauge whose values are read when it is scraped. Where `read` resolves with undefined it has no value, rather than
 * an old one: what cannot be told is told by its absence.
 */
export function gaugeOf<L extends string = never>(
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
