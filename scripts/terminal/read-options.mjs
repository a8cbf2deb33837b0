import { parseArgs } from 'node:util';
import { say } from './say.mjs';

/**
 * @typedef {object} Option
 * @property {'boolean' | 'string'} type
 * @property {string} description
 * @property {string} [value] how its value is shown in the help
 * @property {string | undefined} [default]
 *
 * @typedef {object} CommandHelp
 * @property {string} usage such as `npm run verify -- [options]`
 * @property {string} summary what the command does, one sentence
 * @property {string} [positionals] what further arguments mean; without it there are none
 */

/**
 * Reads a command's arguments by its table of options; one that is not in it is an error. With `--help` it prints that table and
 * ends the process.
 *
 * @template {Record<string, Option>} T
 * @param {CommandHelp} help
 * @param {T} options
 * @param {string[]} [args]
 */
export function readOptions(help, options, args = process.argv.slice(2)) {
  if (args.includes('--help')) {
    say(helpText(help, options));
    process.exit(0);
  }
  return parseArgs({ args, options: parsed(options), allowPositionals: help.positionals !== undefined });
}

/**
 * The help of a command, derived from its table of options.
 *
 * @param {CommandHelp} help
 * @param {Record<string, Option>} options
 */
export function helpText({ usage, summary, positionals }, options) {
  const rows = Object.entries({ ...options, help: { type: 'boolean', description: 'Shows this text.' } }).map(
    ([name, option]) => {
      const value = option.type === 'string' ? ` <${Reflect.get(option, 'value') ?? 'value'}>` : '';
      const standard = Reflect.get(option, 'default');
      return [`  --${name}${value}`, `${option.description}${standard ? ` Default: ${standard}.` : ''}`];
    },
  );
  const width = Math.max(...rows.map(([left = '']) => left.length)) + 2;
  return [
    summary,
    '',
    `Usage: ${usage}`,
    ...(positionals ? ['', positionals] : []),
    '',
    ...rows.map(([left = '', right = '']) => `${left.padEnd(width)}${right}`),
  ].join('\n');
}

/**
 * @template {Record<string, Option>} T
 * @param {T} options
 * @returns {{ [Name in keyof T]: { type: T[Name]['type'] } & (T[Name] extends { default: string } ? { default: string } : {}) }}
 */
function parsed(options) {
  const entries = Object.entries(options).map(([name, { type, default: standard }]) => [
    name,
    standard === undefined ? { type } : { type, default: standard },
  ]);
  return Object.fromEntries(entries);
}
