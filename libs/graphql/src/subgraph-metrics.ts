import type { ApolloServerPlugin } from '@apollo/server';
import { Counter, codeLabel, Gauge, Histogram, type Registry, secondsBuckets } from '@tributary/metrics';
import type { RequestContext } from './apollo-server.ts';

/** Adds what a subgraph does: its operations with their time, and the errors it answers with. */
export function measureSubgraph(registry: Registry) {
  const seconds = new Histogram({
    name: 'tributary_subgraph_operation_seconds',
    help: 'Time of operations of the gateway, by kind and outcome.',
    labelNames: ['kind', 'outcome'],
    buckets: secondsBuckets,
    registers: [registry],
  });
  const errors = new Counter({
    name: 'tributary_subgraph_errors_total',
    help: 'Errors answered with, of resolvers and routes, by code.',
    labelNames: ['code'],
    registers: [registry],
  });
  const skew = new Gauge({
    name: 'tributary_gateway_clock_skew_seconds',
    help: "By how much the gateway's clock is at least ahead of this process, negative when behind; 0 when they may be equal.",
    registers: [registry],
  });
  const failed = (code: unknown) => errors.inc({ code: codeLabel(code) });

  const plugin: ApolloServerPlugin<RequestContext> = {
    async requestDidStart() {
      const startedAt = performance.now();
      return {
        async willSendResponse({ operation, response: { body } }) {
          const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
          for (const { extensions } of errors) failed(extensions?.code);
          const labels = { kind: operation?.operation ?? 'unknown', outcome: errors.length > 0 ? 'errors' : 'ok' };
          seconds.observe(labels, (performance.now() - startedAt) / 1000);
        },
      };
    },
  };
  return { plugin, failed, clockSkew: (seconds: number) => skew.set(seconds) };
}
