import { type Fixture, openFixture } from '../../gateway/fixtures/open-fixture.ts';
import { startGatewayProcess } from '../gateway/gateway-process.ts';

export interface MeasuredGateway {
  fixture: Fixture;
  gateway: Awaited<ReturnType<typeof startGatewayProcess>>;
  close(): Promise<void>;
}

/** All subscribers are one viewer's. */
const limits = { MAX_CONNECTIONS_PER_VIEWER: '100000', MAX_SUBSCRIPTIONS_PER_VIEWER: '100000' };

/** A built gateway as a process of its own; the subgraph with the logs, and all clients, are this one. */
export async function openGateway(entry = 'gateway/dist/main.js'): Promise<MeasuredGateway> {
  const fixture = await openFixture();
  const gateway = await startGatewayProcess(entry, { ...fixture.environment, ...limits });
  return {
    fixture,
    gateway,
    async close() {
      await gateway.end();
      await fixture.close();
    },
  };
}
