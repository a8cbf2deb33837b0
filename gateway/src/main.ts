import { startProcess, systemClock } from '@tributary/core';
import { createMetrics } from '@tributary/metrics';
import { readGatewayConfig } from './config.ts';
import { startGateway } from './start-gateway.ts';

await startProcess('gateway', async ({ log, onClose }) => {
  const gateway = await startGateway(readGatewayConfig(), {
    log,
    clock: systemClock,
    metrics: createMetrics('gateway'),
  });
  onClose(gateway.stop);
  log.info({ url: gateway.url }, 'the gateway listens');
});
