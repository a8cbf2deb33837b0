import { red } from './say.mjs';

/**
 * Runs a script's main function; what it throws is printed as a message (with the stack when DEBUG is set) and exits 1.
 *
 * @param {() => Promise<unknown>} main
 */
export async function runCommand(main) {
  try {
    await main();
  } catch (error) {
    const text = error instanceof Error ? (process.env.DEBUG ? error.stack : error.message) : String(error);
    process.stderr.write(`${red('✗')} ${text}\n`);
    process.exitCode = 1;
  }
}
