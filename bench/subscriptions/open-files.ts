import { execFileSync } from 'node:child_process';

/** Throws where this process, and with it those it starts, may not have so many files open at once. */
export function requireOpenFiles(count: number) {
  const limit = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  if (limit !== 'unlimited' && Number(limit) < count)
    throw new Error(`${count} files must be open at once, and the limit is ${limit}: raise it with ulimit -n ${count}`);
}
