import { setTimeout as delay } from 'node:timers/promises';

/**
 * The number of ready messages in each queue, without unacked ones; 0 for a queue that does not exist.
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
 * Purges the ready messages of these queues repeatedly until the signal aborts; returns their number.
 *
 * @param {string} url of the vhost
 * @param {string[]} queues existing ones
 * @param {AbortSignal} signal
 */
export async function purgeMessages(url, queues, signal) {
  const { connect } = await import('amqplib');
  const connection = await connect(url, { timeout: 5_000 });
  // The broker may be killed meanwhile; the purge then rejects.
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

/** Checking a queue that does not exist closes the channel. @param {import('amqplib').ChannelModel} connection @param {string} queue */
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
