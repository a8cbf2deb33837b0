import { join } from 'node:path';
import { root } from '../../scripts/checkout/checkout.mjs';
import type { Context } from '../harness/context.ts';
import { meterProcesses } from '../harness/process-cost.ts';
import { runLoad } from '../load/run-load.ts';
import { loadEmployees } from '../seed/load-employees.ts';
import { mixedRequests, queryRequest } from '../seed/queries.ts';
import { buildCommit } from './base-build.ts';
import { startGatewayProcess } from './gateway-process.ts';
import { readProfile } from './profile.ts';

export interface Run {
  perSecond: number;
  gatewayMs: number;
  errors: number;
}

/** Sends each query (null: all of them in turn) to the gateway as it is and as it was, both in front of the same subgraphs. */
export async function measureVersions(
  context: Context,
  options: { commitBefore: string; queries: Readonly<Record<string, string | null>> },
) {
  const { pick, onEnd, log } = context;
  const stack = await context.sharedStack();
  await loadEmployees(stack, pick({ full: 20_000, quick: 2_000, tiny: 100 }));
  const connections = pick({ full: 20, quick: 20, tiny: 2 });
  const seconds = pick({ full: 3, quick: 1, tiny: 0.3 });
  const rounds = pick({ full: 5, quick: 3, tiny: 1 });
  const chosen = Object.entries(options.queries).slice(0, pick({ full: 10, quick: 3, tiny: 1 }));
  const before = context.size === 'tiny' ? null : buildCommit(options.commitBefore, log);
  const environment = {
    ...stack.environment,
    LOG_LEVEL: 'warn',
    SUPERGRAPH_PATH: join(root, 'gateway/supergraph.graphql'),
  };
  const entries = { now: join(root, 'gateway/dist/main.js'), ...(before ? { before } : {}) };

  const gateways = await Promise.all(
    Object.entries(entries).map(async ([version, entry]) => ({
      version,
      gateway: await startGatewayProcess(entry, environment),
    })),
  );
  for (const { gateway } of gateways) onEnd(gateway.end);

  async function load(gateway: { url: string; pid: number }, query: string | null): Promise<Run> {
    const token = await stack.token();
    const requests = query === null ? mixedRequests(token) : [queryRequest(token, query)];
    const end = meterProcesses({ gateway: gateway.pid });
    const target = { kind: 'http', url: `${gateway.url}/graphql`, requests } as const;
    const result = await runLoad({ target, pace: { kind: 'closed', connections, seconds } });
    const gatewayMs = ((end().gateway?.cpuSeconds ?? 0) / result.count) * 1000;
    return {
      perSecond: result.perSecond,
      gatewayMs,
      errors: Object.values(result.errors).reduce((sum, count) => sum + count, 0),
    };
  }

  const measured: { query: string; now: Run[]; before: Run[] }[] = [];
  for (const { gateway } of gateways) await load(gateway, null);
  for (const [query, text] of chosen) {
    const variants = Object.fromEntries(gateways.map(({ version, gateway }) => [version, () => load(gateway, text)]));
    log(query);
    const { now = [], before: runsBefore = [] } = await context.rotate<string, Run>(variants, rounds);
    measured.push({ query, now, before: runsBefore });
  }
  const profiles: Record<string, Record<string, number>> = {};
  for (const { version, gateway } of gateways) {
    await gateway.record();
    for (let time = 0; time < pick({ full: 4, quick: 2, tiny: 1 }); time++) await load(gateway, null);
    profiles[version] = readProfile(await gateway.profile());
  }
  return {
    connections,
    seconds,
    before: options.commitBefore,
    queries: measured,
    profile: { now: profiles.now ?? {}, before: profiles.before ?? null },
  };
}
