const color = process.stdout.hasColors?.() ?? false;
const paint = (/** @type {number} */ code) => (/** @type {string} */ text) =>
  color ? `\x1b[${code}m${text}\x1b[0m` : text;

export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);

/** Prints one line. @param {string} text */
export const say = (text = '') => void process.stdout.write(`${text}\n`);

/**
 * Announces a step, does it, and says how long it took and what came of it (the text it resolves with, if any).
 *
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @param {(result: T) => string} [describe]
 * @returns {Promise<T>}
 */
export async function step(title, work, describe = () => '') {
  const started = Date.now();
  if (process.stdout.isTTY) process.stdout.write(dim(`… ${title}\r`));
  const result = await work();
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const outcome = describe(result);
  say(`${green('✓')} ${title}${outcome ? `: ${outcome}` : ''} ${dim(`${seconds} s`)}`);
  return result;
}
