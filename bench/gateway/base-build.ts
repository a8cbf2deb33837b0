import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { dataRoot, root } from '../../scripts/checkout/checkout.mjs';

/**
 * The gateway and the employees subgraph as of a commit, built into .data/ once, by the packages of this checkout. Null where
 * git does not have the commit or it cannot be built with them any more.
 */
export function buildCommit(commit: string, log: (text: string) => void): string | null {
  const folder = join(dataRoot, 'bench', commit);
  const built = join(folder, 'gateway/dist/main.js');
  if (existsSync(built)) return built;
  try {
    rmSync(folder, { recursive: true, force: true });
    git('worktree', 'prune');
    git('worktree', 'add', '--detach', folder, commit);
    for (const path of ['node_modules', 'gateway/node_modules']) {
      if (existsSync(join(root, path))) symlinkSync(join(root, path), join(folder, path));
    }
    // What it imported then and no longer has that shape fails here, and not in the middle of a measurement.
    run(join(root, 'node_modules/.bin/tsc'), '-p', join(folder, 'gateway/tsconfig.build.json'));
    return built;
  } catch (error) {
    const { stdout } = Object(error);
    log(`the gateway of ${commit} cannot be built: ${String(stdout ?? error).split('\n')[0]}`);
    rmSync(folder, { recursive: true, force: true });
    return null;
  }
}

const git = (...args: string[]) => run('git', ...args);
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
