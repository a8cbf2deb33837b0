import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './checkout/checkout.mjs';
import { setUp } from './checkout/set-up.mjs';
import { summarize } from './jest-summary.mjs';
import { createInterruptSignal, formatHelp, print, runCommand } from './terminal.mjs';

const help = {
  usage: 'npm test -- [file …] [options of Jest]',
  summary: 'Sets up everything and runs all tests in one Jest run; the last line is the count.',
};

/** `npm test`: all set-up, then one Jest run; further arguments go to Jest. The last line is the count. */
await runCommand(async () => {
  if (process.argv.includes('--help')) return print(formatHelp(help, {}));
  const interrupted = createInterruptSignal();
  const servers = await setUp();
  const folder = mkdtempSync(join(tmpdir(), 'tributary-test-'));
  const resultFile = join(folder, 'result.json');
  try {
    const ended = await runJest(resultFile, servers.environment, interrupted);
    const { passed, failed } = existsSync(resultFile)
      ? summarize(JSON.parse(readFileSync(resultFile, 'utf8')))
      : { passed: 0, failed: 1 };
    print(`${passed} passed, ${failed} failed`);
    process.exitCode = ended && passed > 0 && failed === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await servers.release();
  }
}).finally(() => process.exit());

/**
 * @param {string} resultFile
 * @param {Record<string, string>} servers
 * @param {AbortSignal} interrupted
 * @returns {Promise<boolean>} whether it exited 0
 */
async function runJest(resultFile, servers, interrupted) {
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  // A test that failed may have left a handle open: the run ends all the same.
  const args = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, '--forceExit'];
  const child = spawn(process.execPath, [...args, '--json', `--outputFile=${resultFile}`, ...process.argv.slice(2)], {
    cwd: root,
    // Commands that tests run need not build again what was just built, beside processes that start from it.
    env: { ...process.env, ...servers, TRIBUTARY_BUILD: 'done' },
    // The result goes to the file, yet Jest prints it as well: what a person reads comes over standard error.
    stdio: ['inherit', 'ignore', 'inherit'],
  });
  interrupted.addEventListener('abort', () => child.kill('SIGTERM'));
  const [code] = await once(child, 'close');
  return code === 0;
}
