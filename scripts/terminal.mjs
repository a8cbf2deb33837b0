import { parseArgs } from 'node:util';

const color = process.stdout.hasColors?.() ?? false;
const paint = (/** @type {number} */ code) => (/** @type {string} */ text) =>
  color ? `\x1b[${code}m${text}\x1b[0m` : text;

export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);

/** Prints one line. @param {string} text */
export const print = (text = '') => void process.stdout.write(`${text}\n`);

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
  print(`${green('✓')} ${title}${outcome ? `: ${outcome}` : ''} ${dim(`${seconds} s`)}`);
  return result;
}

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
    print(formatHelp(help, options));
    process.exit(0);
  }
  return parseArgs({ args, options: toParseOptions(options), allowPositionals: help.positionals !== undefined });
}

/**
 * The help of a command, derived from its table of options.
 *
 * @param {CommandHelp} help
 * @param {Record<string, Option>} options
 */
export function formatHelp({ usage, summary, positionals }, options) {
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
function toParseOptions(options) {
  const entries = Object.entries(options).map(([name, { type, default: standard }]) => [
    name,
    standard === undefined ? { type } : { type, default: standard },
  ]);
  return Object.fromEntries(entries);
}

/**
 * A signal that aborts at the first Ctrl-C or SIGTERM, so that what was started can be ended in order. A second one more than a
 * second later ends this process at once; sooner it is npm handing on the same Ctrl-C.
 *
 * @returns {AbortSignal}
 */
export function createInterruptSignal() {
  const controller = new AbortController();
  let firstAt = 0;
  const onSignal = () => {
    if (firstAt === 0) firstAt = Date.now();
    else if (Date.now() - firstAt > 1_000) process.exit(130);
    controller.abort(new Error('Interrupted.'));
  };
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(name, onSignal);
  return controller.signal;
}

const WARNING = 40;
const ERROR = 50;

/**
 * What of a process's log belongs on the terminal: warnings, errors, and anything that is no log line, such as a crash. Null for
 * the rest.
 *
 * @param {string} name
 * @param {string} line
 */
export function formatLogLine(name, line) {
  if (line.trim() === '') return null;
  const entry = parse(line);
  if (entry === null) return `${dim(name)} ${line}`;
  if (typeof entry.level !== 'number' || entry.level < WARNING) return null;
  const paint = entry.level >= ERROR ? red : yellow;
  // The stack is in the log file: on the terminal a person wants to know what is the matter.
  const detail = entry.err?.message ?? entry.reason ?? '';
  return `${dim(name)} ${paint(String(entry.msg ?? line))}${detail ? dim(` ${detail}`) : ''}`;
}

/**
 * @param {string} line
 * @returns {{ level?: number, msg?: string, err?: { message?: string }, reason?: string } | null}
 */
function parse(line) {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
