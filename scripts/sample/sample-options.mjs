import { resolve } from 'node:path';
import { readOptions } from '../terminal.mjs';

const help = { usage: 'npm run sample -- [options]', summary: 'Writes three CSV files to load, of any size.' };
const options = /** @type {const} */ ({
  rows: { type: 'string', value: 'number', default: '500', description: 'Rows of hired_employees.csv.' },
  bad: { type: 'string', value: 'share', default: '3%', description: 'Share of rows that are invalid on purpose.' },
  seed: { type: 'string', value: 'number', default: '1', description: 'The same seed gives the same rows.' },
  out: { type: 'string', value: 'folder', default: 'samples', description: 'Folder for the files.' },
});

/**
 * Reads the arguments of `npm run sample`; throws an error that names the wrong one.
 *
 * @param {string[]} args
 * @returns {{ rows: number, bad: number, seed: number, out: string }} `bad` is a number of rows
 */
export function sampleOptions(args) {
  const { values } = readOptions(help, options, args);
  if (values.out === '') throw new Error('--out must not be empty.');
  const rows = parseInteger('rows', values.rows, 1, 2 ** 31 - 1);
  const seed = parseInteger('seed', values.seed, 0, 2 ** 32 - 1);
  return { rows, bad: Math.round(rows * parseShare(values.bad)), seed, out: resolve(values.out) };
}

/**
 * @param {string} option
 * @param {string} text
 * @param {number} min
 * @param {number} max
 */
function parseInteger(option, text, min, max) {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`--${option} must be a whole number from ${min} to ${max}, not "${text}".`);
}

/** @param {string} text */
function parseShare(text) {
  const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  const value = Number(number) / (percent ? 100 : 1);
  if (value >= 0 && value <= 1) return value;
  throw new Error(`--bad must be a percentage from 0% to 100% or a share from 0 to 1, not "${text}".`);
}
