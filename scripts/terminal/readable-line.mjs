import { dim, red, yellow } from './say.mjs';

const WARNING = 40;
const ERROR = 50;

/**
 * What of a process's log belongs on the terminal: warnings, errors, and anything that is no log line, such as a crash. Null for
 * the rest.
 *
 * @param {string} name
 * @param {string} line
 */
export function readableLine(name, line) {
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
