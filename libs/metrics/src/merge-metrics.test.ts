import { expect, test } from '@jest/globals';
import { Counter, Gauge, Registry } from 'prom-client';
import { mergeMetrics } from './merge-metrics.ts';

function aRegistry(worker: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ worker });
  new Counter({ name: 'handled_total', help: 'Handled.', registers: [registry] }).inc(2);
  return registry;
}

test('merged pages have each help and type once and the samples of all', async () => {
  const [one, other] = [aRegistry('one'), aRegistry('other')];
  new Gauge({ name: 'waiting', help: 'Waiting.', registers: [other] }).set(1);
  expect(mergeMetrics(await Promise.all([one.metrics(), other.metrics()]))).toBe(
    `# HELP handled_total Handled.
# TYPE handled_total counter
handled_total{worker="one"} 2
handled_total{worker="other"} 2

# HELP waiting Waiting.
# TYPE waiting gauge
waiting{worker="other"} 1
`,
  );
});
