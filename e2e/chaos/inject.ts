import { rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { purgeMessages } from '../../libs/messaging/fixtures/queue-messages.ts';
import type { StackProcess } from '../../scripts/stack/start-stack-process.mjs';
import type { Stack } from '../stack.ts';
import { type Fault, getTargetName, type PlannedFault } from './fault.ts';
import type { LargeFile } from './large-file.ts';
import type { Link } from './link.ts';
import type { RunSlot } from './run-slot.ts';
import { getWorkerQueues } from './topology.ts';

interface Target {
  readonly stack: Stack;
  readonly slot: RunSlot;
  readonly links: ReadonlyMap<string, Link>;
  readonly latencies: Readonly<Record<string, number>>;
  readonly largeFile: Pick<LargeFile, 'untilLoaded'>;
  /** Folder of the processes' logs, `<name>.log`. */
  readonly logsDir: string;
}

/**
 * Injects the faults at their times and resolves when all are over, with the recoveries that failed: a process that
 * does not become ready, a server that does not start. Faults of one target run one after the other, so that each ends
 * only itself.
 */
export async function injectAll(faults: readonly PlannedFault[], target: Target): Promise<string[]> {
  const busy = new Map<string, Promise<void>>();
  const endings = await Promise.allSettled(
    faults.map(async ({ atMs, atPercent, fault }) => {
      await pause(atMs);
      if (atPercent !== undefined) await target.largeFile.untilLoaded(atPercent);
      const name = getTargetName(fault);
      const before = busy.get(name) ?? Promise.resolve();
      const turn = before.catch(() => undefined).then(() => inject(fault, target));
      busy.set(name, turn);
      await turn;
    }),
  );
  return endings.flatMap((ending) => (ending.status === 'rejected' ? [String(ending.reason)] : []));
}

async function inject(fault: Fault, { stack, slot, links, latencies, logsDir }: Target): Promise<void> {
  if (fault.do === 'forget') return slot.flushRedis();
  if (fault.do === 'lose') return purgeQueue(fault, stack.environment.RABBITMQ_URL ?? '');
  if ('server' in fault) {
    slot.crash(fault.server);
    await pause(fault.downMs);
    return slot.recover(fault.server);
  }
  if ('process' in fault) return injectIntoProcess(fault, stack, logsDir);
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

/** Deletes the messages in the queue and its retry queues. RabbitMQ may be down by another fault; then nothing is deleted. */
async function purgeQueue({ queue, forMs }: Extract<Fault, { do: 'lose' }>, url: string): Promise<void> {
  await purgeMessages(url, getWorkerQueues(queue), AbortSignal.timeout(forMs)).catch(() => undefined);
}

async function injectIntoProcess(
  fault: Extract<Fault, { process: string }>,
  stack: Stack,
  logsDir: string,
): Promise<void> {
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
  if (fault.do === 'fill') return runOnFullDisk(one, join(logsDir, `${fault.process}.log`), fault.forMs);
  await pause(fault.downMs);
  await one.restart();
}

/** Restarts the ended process with its log on /dev/full, which refuses every write like a full disk: it must still serve. */
async function runOnFullDisk(one: StackProcess, log: string, forMs: number): Promise<void> {
  await rename(log, `${log}.kept`);
  await symlink('/dev/full', log);
  try {
    await one.restart();
    await pause(forMs);
    await one.kill();
  } finally {
    await rm(log);
    await rename(`${log}.kept`, log);
  }
  await one.restart();
}
