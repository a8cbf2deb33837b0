import { startProcess, systemClock } from '@tributary/core';
import { createMetrics } from '@tributary/metrics';
import { startTracing } from '@tributary/tracing';
import { readGatewayConfig } from './config.ts';
import { startGateway } from './gateway.ts';

await startProcess('gateway', async ({ log, onClose }) => {
  const config = readGatewayConfig();
  const tracing = await startTracing('gateway', { log, trustsParents: config.TRUST_TRACEPARENT === 'on' });
  onClose(tracing.stop);
  const gateway = await startGateway(config, {
    log,
    clock: systemClock,
    metrics: createMetrics('gateway'),
  });
  onClose(gateway.stop);
  process.on('SIGHUP', () => void gateway.reload());
  log.info({ url: gateway.url }, 'gateway listening');
});
