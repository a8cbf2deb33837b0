import { setTimeout as pause } from 'node:timers/promises';
import type { Pace, Sample, Send } from './job.ts';

type PaceOf<Kind extends Pace['kind']> = Extract<Pace, { kind: Kind }>;

/** Sends at that pace until it is over; the samples are in the order in which they ended. */
export function sendAtPace(pace: Pace, send: Send): Promise<Sample[]> {
  if (pace.kind === 'closed') return sendClosed(pace, send);
  return pace.kind === 'open' ? sendOpen(pace, send) : sendConcurrentUsers(pace, send);
}

async function sendClosed({ connections, seconds }: PaceOf<'closed'>, send: Send): Promise<Sample[]> {
  const samples: Sample[] = [];
  const end = performance.now() + seconds * 1000;
  await runEach(connections, async (connection) => {
    while (performance.now() < end) samples.push(await sample(() => send(connection)));
  });
  return samples;
}

/** What finds every connection busy waits in line, and that counts: no omission is coordinated with the answers. What is unsent at the end is an error. */
async function sendOpen({ perSecond, seconds, connections }: PaceOf<'open'>, send: Send): Promise<Sample[]> {
  const samples: Sample[] = [];
  const total = Math.round(perSecond * seconds);
  const begin = performance.now();
  const end = begin + seconds * 1000;
  let next = 0;
  await runEach(connections, async (connection) => {
    for (let index = next++; index < total && performance.now() < end; index = next++) {
      const due = begin + (index / perSecond) * 1000;
      const early = due - performance.now();
      if (early > 0) await pause(early);
      samples.push(await sample(() => send(connection), due));
    }
  });
  const unsent = Array.from({ length: total - samples.length }, () => ({
    ms: seconds * 1000,
    error: 'not sent in time',
  }));
  return [...samples, ...unsent];
}

async function sendConcurrentUsers(
  { users, requestsEach, withinMs }: PaceOf<'concurrentUsers'>,
  send: Send,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  await runEach(users, async (user) => {
    await pause((user / users) * withinMs);
    for (let sent = 0; sent < requestsEach; sent++) samples.push(await sample(() => send(user)));
  });
  return samples;
}

async function sample(send: () => Promise<string | null>, since = performance.now()): Promise<Sample> {
  const error = await send();
  return { ms: performance.now() - since, error };
}

const runEach = (count: number, run: (index: number) => Promise<void>) =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));
