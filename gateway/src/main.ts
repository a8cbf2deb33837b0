import { startProcess, systemClock } from '@tributary/core';
import { readGatewayConfig } from './config.ts';
import { startGateway } from './start-gateway.ts';

await startProcess('gateway', async ({ log, onClose }) => {
  const gateway = await startGateway(readGatewayConfig(), { log, clock: systemClock });
  onClose(gateway.stop);
  log.info({ url: gateway.url }, 'the gateway listens');
});
