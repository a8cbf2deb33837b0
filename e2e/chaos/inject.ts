import { setTimeout as pause } from 'node:timers/promises';
import type { Stack } from '../open-stack.ts';
import type { Fault, PlannedFault } from './fault.ts';
import type { LargeFile } from './follow-large-file.ts';
import type { Lane } from './lane.ts';
import type { Link } from './link.ts';

interface Target {
  readonly stack: Stack;
  readonly lane: Lane;
  readonly links: ReadonlyMap<string, Link>;
  readonly latencies: Readonly<Record<string, number>>;
  readonly largeFile: Pick<LargeFile, 'untilLoaded'>;
}

/**
 * Lets the faults happen at their times and resolves once all are mended, with what could not be: a process that does not
 * become ready again, a server that does not start. The faults of one target come one after the other, so that each
 * mends only what it broke.
 */
export async function injectAll(faults: readonly PlannedFault[], target: Target): Promise<string[]> {
  const busy = new Map<string, Promise<void>>();
  const endings = await Promise.allSettled(
    faults.map(async ({ atMs, atPercent, fault }) => {
      await pause(atMs);
      if (atPercent !== undefined) await target.largeFile.untilLoaded(atPercent);
      const name = 'process' in fault ? fault.process : 'server' in fault ? fault.server : fault.link;
      const before = busy.get(name) ?? Promise.resolve();
      const turn = before.catch(() => undefined).then(() => inject(fault, target));
      busy.set(name, turn);
      await turn;
    }),
  );
  return endings.flatMap((ending) => (ending.status === 'rejected' ? [String(ending.reason)] : []));
}

async function inject(fault: Fault, { stack, lane, links, latencies }: Target): Promise<void> {
  if ('server' in fault) {
    lane.crash(fault.server);
    await pause(fault.downMs);
    return lane.revive(fault.server);
  }
  if ('process' in fault) return injectIntoProcess(fault, stack);
  const link = links.get(fault.link);
  if (link === undefined) throw new Error(`There is no link ${fault.link}.`);
  switch (fault.do) {
    case 'cut':
      link.cut();
      return;
    case 'refuse':
      link.setOpen(false);
      link.cut();
      await pause(fault.forMs);
      return link.setOpen(true);
    case 'slow':
      link.setDelay(fault.byMs);
      await pause(fault.forMs);
      return link.setDelay(latencies[fault.link] ?? 0);
    case 'stall':
    case 'silence':
      link.setStalled(true);
      await pause(fault.forMs);
      if (fault.do === 'silence') link.cut();
      return link.setStalled(false);
  }
}

async function injectIntoProcess(fault: Extract<Fault, { process: string }>, stack: Stack): Promise<void> {
  const one = stack.processes.get(fault.process);
  if (one === undefined) throw new Error(`There is no process ${fault.process}.`);
  if (fault.do === 'pause') {
    const { pid } = one;
    process.kill(pid, 'SIGSTOP');
    await pause(fault.forMs);
    process.kill(pid, 'SIGCONT');
    return;
  }
  await one.kill(fault.do === 'kill' ? 'SIGKILL' : 'SIGTERM');
  await pause(fault.downMs);
  await one.restart();
}
