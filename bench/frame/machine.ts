import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { z } from 'zod';

export const machine = z.object({
  cpu: z.string(),
  cores: z.number(),
  memoryGB: z.number(),
  system: z.string(),
  node: z.string(),
  mariadb: z.string(),
  rabbitmq: z.string(),
  redis: z.string(),
});
export type Machine = z.output<typeof machine>;

/** This machine, and the versions of what runs on it. */
export function describeMachine(servers: Pick<Machine, 'mariadb' | 'rabbitmq' | 'redis'>): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    ...servers,
  };
}

/** How many wanted to run at once in the last minute: above the number of cores a figure is that of a busy machine. */
export const loadAverage = () => Math.round((loadavg()[0] ?? 0) * 100) / 100;

/** The commit of this checkout, with a plus where files differ from it; "unknown" outside of git. */
export function currentCommit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  try {
    return `${git('rev-parse', '--short=10', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no', '--', ':!bench/results', ':!docs/performance*') ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}
