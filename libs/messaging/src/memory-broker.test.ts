import { describeBroker } from '../fixtures/broker-contract.ts';
import { createMemoryBroker } from './memory-broker.ts';

describeBroker('createMemoryBroker', async () => {
  const broker = createMemoryBroker();
  return {
    broker,
    deadLetters: async (queue) => broker.deadLetters(queue),
    sendRaw: (content, routingKey) => broker.sendRaw(content, { type: routingKey, routingKey, messageId: 'raw' }),
    close: () => broker.close(),
  };
});
