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
 * Runs a step and prints its title, its time and its outcome, if any.
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
  const seconds = dim(`${((Date.now() - started) / 1000).toFixed(1)} s`);
  const outcome = describe(result);
  // Behind the title, since an outcome can have several lines.
  if (outcome.startsWith('\n')) print(`${green('✓')} ${title} ${seconds}${outcome}`);
  else print(`${green('✓')} ${title}${outcome ? `: ${outcome}` : ''} ${seconds}`);
  return result;
}

/**
 * Runs a script's main function. An error is printed as its message, with the stack if DEBUG is set, and the exit code
 * is 1.
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
 * @property {string} [value] placeholder of the value in the help
 * @property {string | undefined} [default]
 *
 * @typedef {object} CommandHelp
 * @property {string} usage such as `npm run verify -- [options]`
 * @property {string} summary one sentence about the command
 * @property {string} [positionals] meaning of further arguments; without it there are none
 */

/**
 * Reads a command's arguments by its table of options; throws for an unknown option. With `--help`, prints the table
 * and exits.
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
 * The help text of a command, derived from its table of options.
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
 * A signal that aborts at the first Ctrl-C or SIGTERM, so that processes can be ended in order. A second one ends this
 * process at once, unless it arrives within a second: npm passes on the same Ctrl-C.
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
 * The text of a process's log line for the terminal: warnings, errors and lines that are not JSON, such as a crash.
 * Null for other lines.
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
  // The stack is only in the log file.
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
