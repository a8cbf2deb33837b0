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
  summary: 'Sets up everything and runs all tests in one Jest run. The last line is the count.',
};

/** `npm test`: sets up everything and runs Jest once; further arguments go to Jest. The last line is the count. */
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
  // A failed test may leave a handle open.
  const args = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, '--forceExit'];
  const child = spawn(process.execPath, [...args, '--json', `--outputFile=${resultFile}`, ...process.argv.slice(2)], {
    cwd: root,
    // Commands that tests run must not build again while processes start from the built code.
    env: { ...process.env, ...servers, TRIBUTARY_BUILD: 'done' },
    // Jest also prints the JSON result on standard output; the readable report is on standard error.
    stdio: ['inherit', 'ignore', 'inherit'],
  });
  interrupted.addEventListener('abort', () => child.kill('SIGTERM'));
  const [code] = await once(child, 'close');
  return code === 0;
}
