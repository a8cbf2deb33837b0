import { openVhosts } from '../../../scripts/servers/rabbitmq-vhosts.mjs';
import { testServers, uniqueName } from './test-servers.ts';

export interface TestVhost {
  url: string;
  /** Cuts every connection to it, as a failing network or server would. */
  closeConnections(): Promise<void>;
  drop(): Promise<void>;
}

/**
 * A RabbitMQ vhost of the test's own, made the way the commands make theirs: no login over AMQP may. The caller drops
 * it, and every queue in it goes along.
 */
export async function createTestVhost(): Promise<TestVhost> {
  const env = testServers();
  const vhosts = await openVhosts(env.RABBITMQ_URL, env);
  const name = uniqueName('vhost');
  await vhosts.create(name);
  const url = new URL(env.RABBITMQ_URL);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    closeConnections: () => vhosts.closeConnections(name),
    drop: () => vhosts.delete(name),
  };
}
