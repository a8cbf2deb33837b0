/**
 * How many messages lie ready in the queues whose names are given; those in a consumer's hand do not count, and a queue
 * that is not there has none.
 *
 * @param {string} url of the vhost
 * @param {string[]} queues
 * @returns {Promise<Map<string, number>>}
 */
export async function messagesLeft(url, queues) {
  const { connect } = await import('amqplib');
  const connection = await connect(url, { timeout: 5_000 });
  try {
    const counts = new Map();
    for (const queue of queues) counts.set(queue, await countOf(connection, queue));
    return counts;
  } finally {
    await connection.close();
  }
}

/** A look at a queue that is not there costs the channel. @param {import('amqplib').ChannelModel} connection @param {string} queue */
async function countOf(connection, queue) {
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
