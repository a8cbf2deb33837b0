import { setTimeout as delay } from 'node:timers/promises';

/**
 * How many messages lie ready in the queues whose names are given; those in a consumer's hand do not count, and a queue
 * that is not there has none.
 *
 * @param {string} url of the vhost
 * @param {string[]} queues
 * @returns {Promise<Map<string, number>>}
 */
export async function countMessages(url, queues) {
  const { connect } = await import('amqplib');
  const connection = await connect(url, { timeout: 5_000 });
  try {
    const counts = new Map();
    for (const queue of queues) counts.set(queue, await countQueue(connection, queue));
    return counts;
  } finally {
    await connection.close();
  }
}

/**
 * Deletes the messages that lie ready in these queues, again and again until the signal; returns how many they were.
 *
 * @param {string} url of the vhost
 * @param {string[]} queues which must be there
 * @param {AbortSignal} signal
 */
export async function purgeMessages(url, queues, signal) {
  const { connect } = await import('amqplib');
  const connection = await connect(url, { timeout: 5_000 });
  // The broker may be killed meanwhile; the purge then fails by itself.
  connection.on('error', () => {});
  try {
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    let lost = 0;
    do {
      for (const queue of queues) lost += (await channel.purgeQueue(queue)).messageCount;
      await delay(20);
    } while (!signal.aborted);
    return lost;
  } finally {
    await connection.close();
  }
}

/** A look at a queue that is not there costs the channel. @param {import('amqplib').ChannelModel} connection @param {string} queue */
async function countQueue(connection, queue) {
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  try {
    const { messageCount } = await channel.checkQueue(queue);
    await channel.close();
    return messageCount;
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 404) return 0;
    throw error;
  }
}
