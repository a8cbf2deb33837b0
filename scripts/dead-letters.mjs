import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { instanceName } from './checkout/instance-name.mjs';
import { installPackages } from './checkout/packages.mjs';
import { root } from './checkout/paths.mjs';
import { findServers } from './servers/find-servers.mjs';
import { namesVhost, rabbitmq, vhostUrl } from './servers/rabbitmq.mjs';
import { readOptions } from './terminal/read-options.mjs';
import { runCommand } from './terminal/run-command.mjs';
import { bold, dim, say } from './terminal/say.mjs';

const help = { usage: 'npm run dead-letters -- [options]', summary: 'Shows the dead letters of all workers.' };
const options = /** @type {const} */ ({
  replay: { type: 'string', value: 'worker', description: "Puts that worker's dead letters back on its queue." },
});

/**
 * `npm run dead-letters`: shows what the workers gave up; `-- --replay <worker>` puts it back on that worker's queue,
 * each message with a clean history. Interrupted at any moment it loses nothing; at worst a message is there twice,
 * which every worker is used to.
 */
await runCommand(async () => {
  const { values } = readOptions(help, options);
  await installPackages();
  const servers = await findServers({ note: say, kinds: [rabbitmq] });
  const { connect } = await import('amqplib');
  const url = servers.environment.RABBITMQ_URL ?? '';
  const connection = await connect(namesVhost(url) ? url : vhostUrl(url, instanceName()), { timeout: 5_000 });
  try {
    if (values.replay === undefined) await listAll(connection);
    else await replay(connection, values.replay.replace(/\.dead$/, ''));
  } finally {
    await connection.close();
    await servers.release();
  }
});

/** @typedef {import('amqplib').ChannelModel} Connection @typedef {import('amqplib').GetMessage} Message */

/** @param {Connection} connection */
async function listAll(connection) {
  let found = 0;
  for (const worker of workers()) {
    const messages = await peek(connection, worker);
    found += messages.length;
    if (messages.length > 0) say(`${bold(worker)}: ${messages.length} dead letters`);
    for (const message of messages) say(describe(message));
    if (messages.length > 0) say(dim(`  Put them back: npm run dead-letters -- --replay ${worker}`));
  }
  if (found === 0) say('No dead letters.');
}

/**
 * Moves the messages that are there now: those that come to the dead-letter queue meanwhile, a replayed one that failed
 * again among them, stay.
 *
 * @param {Connection} connection
 * @param {string} worker
 */
async function replay(connection, worker) {
  if (!workers().includes(worker)) throw new Error(`There is no worker "${worker}", only: ${workers().join(', ')}.`);
  const count = await countOf(connection, worker);
  const channel = await connection.createConfirmChannel();
  await channel.checkQueue(worker);
  let isReturned = false;
  channel.on('return', () => {
    isReturned = true;
  });
  let done = 0;
  while (done < count) {
    const message = await channel.get(`${worker}.dead`);
    if (message === false) break;
    channel.publish('', worker, message.content, { ...replayed(message), mandatory: true, persistent: true });
    await channel.waitForConfirms();
    if (isReturned) throw new Error(`The queue ${worker} is gone; the rest of its dead letters are where they were.`);
    channel.ack(message);
    done += 1;
    say(describe(message));
  }
  await channel.close();
  say(`${done} of ${count} dead letters are back on the queue of ${worker}.`);
}

/**
 * What is published again: the message as it was first, in its trace, without attempts, waits and errors.
 *
 * @param {Message} message
 */
function replayed({ properties, fields }) {
  const { type, messageId, contentType, timestamp, appId, headers } = properties;
  const routingKey = headers?.['tributary-routing-key'] ?? fields.routingKey;
  const trace = Object.fromEntries(
    ['traceparent', 'tracestate'].flatMap((name) => (headers?.[name] ? [[name, headers[name]]] : [])),
  );
  return { type, messageId, contentType, timestamp, appId, headers: { ...trace, 'tributary-routing-key': routingKey } };
}

/**
 * Looks at every dead letter; they go back in order when the channel closes.
 *
 * @param {Connection} connection
 * @param {string} worker
 */
async function peek(connection, worker) {
  const count = await countOf(connection, worker);
  const channel = await connection.createChannel();
  /** @type {Message[]} */
  const messages = [];
  while (messages.length < count) {
    const message = await channel.get(`${worker}.dead`);
    if (message === false) break;
    messages.push(message);
  }
  await channel.close();
  return messages;
}

/**
 * 0 as well where the worker never ran; a look at a queue that is not there costs the channel.
 *
 * @param {Connection} connection
 * @param {string} worker
 */
async function countOf(connection, worker) {
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  try {
    const { messageCount } = await channel.checkQueue(`${worker}.dead`);
    await channel.close();
    return messageCount;
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 404) return 0;
    throw error;
  }
}

/** @param {Message} message */
function describe({ content, properties: { type, headers = {} } }) {
  const attempts = headers['tributary-attempted-at'] ?? [];
  const given =
    headers['tributary-error'] ?? `RabbitMQ gave it up (${headers['x-first-death-reason'] ?? 'no reason kept'})`;
  const history = attempts.length === 0 ? '' : `, ${attempts.length} attempts, the last at ${attempts.at(-1)}`;
  return `  ${type} ${uploadIdOf(content)}${history}\n    ${given.replaceAll('\n', '\n    ')}`;
}

/** @param {Buffer} content */
function uploadIdOf(content) {
  try {
    const { uploadId } = JSON.parse(content.toString('utf8'));
    return uploadId ? `of upload ${uploadId}` : 'of no upload';
  } catch {
    return 'that is not JSON';
  }
}

/** Every worker's queue is named after its folder. */
function workers() {
  const folder = join(root, 'workers');
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'package.json')));
}
