import type { StackOptions } from '../../scripts/stack.mjs';
import { type BenchStack, openBenchStack } from './bench-stack.ts';
import type { ServerUrls } from './machine.ts';
import type { BenchOptions, Size } from './options.ts';
import { rotate } from './rotate.ts';

/** What a measurement works with. All that is opened through it is closed after it, also when it fails. */
export interface Context {
  size: Size;
  servers: ServerUrls;
  /** The one for the size of this run. */
  pick<Value>(bySize: Readonly<Record<Size, Value>>): Value;
  /** Every variant once a round, each round beginning with another; the usual number of rounds can be overruled by `--rounds`. */
  rotate<Name extends string, Result>(
    variants: Record<Name, (round: number) => Promise<Result>>,
    usualRounds: number,
  ): Promise<Record<Name, Result[]>>;
  /** The running system of the whole run: every process real, from dist/, with databases, vhost and keys of its own. What the measurements before left is in it. */
  sharedStack(): Promise<BenchStack>;
  /** Another one, for this measurement alone. */
  openStack(options?: Partial<StackOptions>): Promise<BenchStack>;
  /** Called after the measurement, the last one first. */
  onEnd(close: () => unknown): void;
  /** Says how far it is. */
  log(text: string): void;
}

/** Makes the context of one measurement; `close` closes what was opened through it. */
export function createContext(options: {
  bench: BenchOptions;
  servers: ServerUrls;
  sharedStack: () => Promise<BenchStack>;
  log: (text: string) => void;
}): { context: Context; close(): Promise<void> } {
  const { bench, servers, sharedStack, log } = options;
  const { onEnd, close } = createCleanup();
  const context: Context = {
    size: bench.size,
    servers,
    sharedStack,
    pick: (bySize) => bySize[bench.size],
    rotate(variants, usualRounds) {
      const rounds = bench.rounds ?? usualRounds;
      return rotate(variants, rounds, (round) => log(`round ${round + 1} of ${rounds}`));
    },
    async openStack(stackOptions) {
      const stack = await openBenchStack(servers, stackOptions);
      onEnd(stack.close);
      return stack;
    },
    onEnd,
    log,
  };
  return { context, close };
}

/** Remembers what must be closed; `close` does so, the last one first, and each even where another fails. */
export function createCleanup() {
  const closings: (() => unknown)[] = [];
  return {
    onEnd: (close: () => unknown) => void closings.push(close),
    async close() {
      const errors: unknown[] = [];
      for (const close of closings.splice(0).reverse()) {
        try {
          await close();
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0) throw new AggregateError(errors, 'Not everything could be closed.');
    },
  };
}
