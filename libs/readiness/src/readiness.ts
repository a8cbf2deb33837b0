import type { Clock, Log } from '@tributary/core';

/** While something is missing it is asked for more often, so that a start is not held up. */
const everyMsWhileWaiting = 250;

type Checks = Record<string, () => Promise<unknown>>;

/**
 * Polls each dependency now and every `everyMs` (`checks` may be a function, called for each poll) and logs
 * transitions: a start that waits as info, an outage as a warning. A check that throws, or takes longer than `everyMs`,
 * counts as unavailable. `missed` dependencies are logged but do not affect readiness. Stop it before closing what it
 * checks.
 */
export function watchReadiness(options: {
  checks: Checks | (() => Checks);
  missed?: Checks;
  clock: Clock;
  log: Log;
  everyMs?: number;
}): { waitingFor: () => string[]; stop: () => Promise<void> } {
  const { missed = {}, clock, log, everyMs = 2000 } = options;
  const checks = () => (typeof options.checks === 'function' ? options.checks() : options.checks);
  const all = () => ({ ...checks(), ...missed });
  const waiting = new Map(Object.keys(all()).map((name): [string, boolean] => [name, true]));
  const stopping = new AbortController();

  async function check(name: string, ping: () => Promise<unknown>, first: boolean): Promise<void> {
    const problem = await pingWithin(ping, everyMs);
    const was = waiting.get(name);
    waiting.set(name, problem !== undefined);
    if (stopping.signal.aborted) return;
    const reason = problem instanceof Error ? problem.message : problem;
    if (problem !== undefined && first) log.info({ reason }, `waiting for ${name}`);
    if (problem !== undefined && was === false) log.warn({ reason }, `waiting for ${name}`);
    if (problem === undefined && was) log.info(`${name} is there`);
  }

  async function watch(): Promise<void> {
    for (let first = true; !stopping.signal.aborted; first = false) {
      const present = all();
      for (const name of waiting.keys()) if (!Object.hasOwn(present, name)) waiting.delete(name);
      await Promise.all(Object.entries(present).map(([name, ping]) => check(name, ping, first || !waiting.has(name))));
      const isWaiting = [...waiting.values()].some(Boolean);
      await clock.sleep(isWaiting ? everyMsWhileWaiting : everyMs, stopping.signal).catch(() => undefined);
    }
  }

  const watching = watch();
  return {
    waitingFor: () => Object.keys(checks()).filter((name) => waiting.get(name)),
    stop: () => {
      stopping.abort();
      return watching;
    },
  };
}

/** What went wrong with one ping, or undefined. */
async function pingWithin(ping: () => Promise<unknown>, ms: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(() => resolve(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    const answered = ping().then(
      () => undefined,
      (error: unknown) => error ?? new Error('failed'),
    );
    return await Promise.race([answered, late]);
  } finally {
    clearTimeout(timer);
  }
}
