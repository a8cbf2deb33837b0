import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** What a process took: of the processor in a span of time, of memory at most in that span and at its end. */
export const processCost = z.object({ cpuSeconds: z.number(), peakMB: z.number(), rssMB: z.number() });
export type ProcessCost = z.output<typeof processCost>;

/** Of `getconf CLK_TCK`, which is 100 on every Linux Node runs on. */
const ticksPerSecond = 100;

/** Begins a span for these processes, by name; the result ends it. Their peaks are counted from here on where the system lets us. */
export function meterProcesses(pids: Readonly<Record<string, number>>): () => Record<string, ProcessCost> {
  const before = Object.entries(pids).map(([name, pid]) => {
    resetPeak(pid);
    return { name, pid, cpu: readCpuSeconds(pid) };
  });
  return () =>
    Object.fromEntries(
      before.map(({ name, pid, cpu }) => [name, { cpuSeconds: readCpuSeconds(pid) - cpu, ...readMemory(pid) }]),
    );
}

/** The sum of what several took; their peaks need not have been at the same time. */
export function sumCosts(costs: readonly ProcessCost[]): ProcessCost {
  const sum = (of: (cost: ProcessCost) => number) => costs.reduce((total, cost) => total + of(cost), 0);
  return { cpuSeconds: sum((one) => one.cpuSeconds), peakMB: sum((one) => one.peakMB), rssMB: sum((one) => one.rssMB) };
}

/** User and system time of a process since its start, to a hundredth of a second. */
function readCpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command's name comes second, in parentheses, and may hold anything: count from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function readMemory(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mB = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024;
  return { peakMB: mB('VmHWM'), rssMB: mB('VmRSS') };
}

function resetPeak(pid: number) {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Of another user's process the peak is the one since its start.
  }
}
