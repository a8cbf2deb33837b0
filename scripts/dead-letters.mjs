import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { instanceName, root } from './checkout/checkout.mjs';
import { installPackages } from './checkout/packages.mjs';
import { buildPackage } from './checkout/set-up.mjs';
import { findServers } from './servers/find-servers.mjs';
import { hasVhost, rabbitmq, vhostUrl } from './servers/rabbitmq.mjs';
import { bold, dim, print, readOptions, runCommand } from './terminal.mjs';

const help = {
  usage: 'npm run dead-letters -- [list | show ID … | replay ID … | replay --all | discard ID … | discard --all --yes]',
  summary: 'Shows dead-lettered messages, replays them or deletes them.',
  positionals: `  list               all dead letters, by worker (default)
  show ID …          body, headers, reason and attempts of these messages
  replay ID …        puts these back on the queues of their workers, with attempts and errors reset
  replay --all       puts all of them back
  discard ID …       deletes these; the upload of a deleted message can be sent again: npm run uploads -- resend
  discard --all      deletes all of them; needs --yes`,
};
const options = /** @type {const} */ ({
  all: { type: 'boolean', description: 'All dead letters instead of single ids.' },
  yes: { type: 'boolean', description: 'Confirms the deletion of all of them.' },
  replay: { type: 'string', value: 'worker', description: 'Puts all dead letters of one worker back on its queue.' },
});

/** @typedef {import('@tributary/messaging').DeadLetter} DeadLetter @typedef {import('@tributary/messaging').DeadLetters} DeadLetters */
/** @typedef {{ command: string, ids: readonly string[], all: boolean, worker: string | undefined }} Request */

/** `npm run dead-letters`: lists, shows, replays and discards dead letters. Can be interrupted and repeated at any time. */
await runCommand(async () => {
  const request = readRequest();
  await installPackages();
  await buildPackage('@tributary/messaging');
  const servers = await findServers({ note: print, kinds: [rabbitmq] });
  try {
    const { openDeadLetters } = await import('@tributary/messaging');
    const { RABBITMQ_URL = '' } = servers.environment;
    const url = hasVhost(RABBITMQ_URL) ? RABBITMQ_URL : vhostUrl(RABBITMQ_URL, instanceName());
    const letters = await openDeadLetters({ url, workers: request.worker ? [request.worker] : findWorkers() });
    try {
      await runRequest(request, letters);
    } finally {
      await letters.close();
    }
  } finally {
    await servers.release();
  }
});

/** @returns {Request} */
function readRequest() {
  const { values, positionals } = readOptions(help, options);
  const worker = values.replay?.replace(/\.dead$/, '');
  const [command = worker ? 'replay' : 'list', ...ids] = positionals;
  const all = values.all === true || worker !== undefined;
  const usage = `Usage: ${help.usage}`;
  if (!['list', 'show', 'replay', 'discard'].includes(command)) throw new Error(`Unknown command ${command}. ${usage}`);
  const isComplete = command === 'list' ? !all && ids.length === 0 : all !== ids.length > 0;
  if (!isComplete || (command === 'show' && all)) throw new Error(`${command}: which dead letters? ${usage}`);
  if (worker !== undefined && command !== 'replay') throw new Error(`--replay cannot be used with ${command}.`);
  if (worker !== undefined && !findWorkers().includes(worker)) {
    throw new Error(`There is no worker "${worker}", only: ${findWorkers().join(', ')}.`);
  }
  if (command === 'discard' && all && !values.yes) throw new Error('This deletes all dead letters: add --yes.');
  return { command, ids, all, worker };
}

/** @param {Request} request @param {DeadLetters} letters */
async function runRequest({ command, ids, all, worker }, letters) {
  if (command === 'list') return list(await letters.list());
  if (command === 'show') {
    const chosen = (await letters.list()).filter(({ id }) => ids.includes(id));
    for (const letter of chosen) show(letter);
    return assertFound(ids, chosen);
  }
  const selection = all ? 'all' : ids;
  const changed = command === 'replay' ? await letters.replay(selection) : await letters.discard(selection);
  for (const letter of changed) print(summarize(letter));
  assertFound(ids, changed);
  if (command === 'discard') print(`${count(changed.length)} deleted.`);
  else if (worker) print(`${changed.length} of ${changed.length} dead letters are back on the queue of ${worker}.`);
  else print(`${count(changed.length)} put back on the queues of their workers.`);
}

/** @param {readonly DeadLetter[]} letters */
function list(letters) {
  for (const worker of new Set(letters.map((letter) => letter.worker))) {
    const own = letters.filter((letter) => letter.worker === worker);
    print(`${bold(worker)}: ${count(own.length)}`);
    for (const letter of own) print(summarize(letter));
  }
  if (letters.length === 0) print('No dead letters.');
  else print(dim('Put them back: npm run dead-letters -- replay ID … | --all'));
}

/** @param {DeadLetter} letter */
function summarize({ id, type, uploadId, attemptedAt, reason }) {
  const attempts = attemptedAt.length === 1 ? '1 attempt' : `${attemptedAt.length} attempts`;
  const history = attemptedAt.length === 0 ? '' : `, ${attempts}, the last at ${attemptedAt.at(-1)}`;
  const subject = uploadId === null ? '' : ` of upload ${uploadId}`;
  return `  ${bold(id)} ${type}${subject}${history}\n    ${reason.replaceAll('\n', '\n    ')}`;
}

/** @param {DeadLetter} letter */
function show({ stack, headers, body, worker, ...letter }) {
  const text = (/** @type {unknown} */ value) => (typeof value === 'string' ? value : JSON.stringify(value));
  // The error and its stack are printed as text.
  const printed = Object.entries(headers).filter(([name]) => !/^tributary-(error|stack)$/.test(name));
  print(`${bold(worker)}\n${summarize({ ...letter, stack, headers, body, worker })}`);
  if (stack !== null) print(dim(`    ${stack.replaceAll('\n', '\n    ')}`));
  print('  Headers');
  for (const [name, value] of printed) print(`    ${name}: ${text(value)}`);
  print(`  Body\n    ${prettyPrint(body).replaceAll('\n', '\n    ')}`);
}

/** @param {string} body */
function prettyPrint(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** @param {readonly string[]} ids @param {readonly DeadLetter[]} found */
function assertFound(ids, found) {
  const missing = ids.filter((wanted) => !found.some(({ id }) => id === wanted));
  if (missing.length > 0) throw new Error(`There is no dead letter ${missing.join(', ')}.`);
}

/** @param {number} number */
function count(number) {
  return number === 1 ? '1 dead letter' : `${number} dead letters`;
}

/** Each worker's queue has the name of its folder. */
function findWorkers() {
  const folder = join(root, 'workers');
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'package.json')));
}
