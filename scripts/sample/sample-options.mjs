import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * Reads the arguments of `npm run sample`; a wrong one is an error that names it.
 *
 * @param {string[]} args
 * @returns {{ rows: number, bad: number, seed: number, out: string }} `bad` is a number of rows
 */
export function sampleOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '500' },
      bad: { type: 'string', default: '3%' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: 'samples' },
    },
  });
  if (values.out === '') throw new Error('--out must name a folder, but is empty.');
  const rows = wholeNumber('rows', values.rows, 1, 2 ** 31 - 1);
  const seed = wholeNumber('seed', values.seed, 0, 2 ** 32 - 1);
  return { rows, bad: Math.round(rows * share(values.bad)), seed, out: resolve(values.out) };
}

/**
 * @param {string} option
 * @param {string} text
 * @param {number} least
 * @param {number} most
 */
function wholeNumber(option, text, least, most) {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new Error(`--${option} must be a whole number from ${least} to ${most}, but is "${text}".`);
}

/** @param {string} text */
function share(text) {
  const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  const value = Number(number) / (percent ? 100 : 1);
  if (value >= 0 && value <= 1) return value;
  throw new Error(`--bad must be a percentage from 0% to 100% or a share from 0 to 1, but is "${text}".`);
}
