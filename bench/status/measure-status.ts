import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '@tributary/testing';
import type { BenchStack } from '../harness/bench-stack.ts';
import type { Context } from '../harness/context.ts';
import type { ProcessCost } from '../harness/process-cost.ts';
import { latencies } from '../harness/statistics.ts';
import { assertOpenFileLimit, closeAll, openSubscriber, openSubscribers } from '../subscriptions/subscriber.ts';

/** From an event's time in the log to its arrival at each of so many subscribers of one upload, over several uploads. */
export async function measureStatus(context: Context) {
  const { pick, log } = context;
  const stack = await context.sharedStack();
  const uploads = pick({ full: 8, quick: 3, tiny: 1 });
  const levels = [];
  for (const subscribers of pick({ full: [1, 100, 1_000], quick: [1, 100], tiny: [2] })) {
    assertOpenFileLimit(subscribers + 200);
    const followed = [];
    for (let upload = 0; upload < uploads; upload++) followed.push(await followOne(stack, subscribers));
    const costs = followed.map((one) => one.costs);
    levels.push({ subscribers, uploads, costs, ...latencies(followed.flatMap(({ delays }) => delays)) });
    log(`${subscribers} subscribers`);
  }
  return { levels };
}

/**
 * The loader is held up until everybody listens, so that each event is news to all. Costs are those of the processes between
 * the log and the clients, from the first who subscribes to the last who has seen the end.
 */
async function followOne(
  stack: BenchStack,
  subscribers: number,
): Promise<{ delays: number[]; costs: Record<string, ProcessCost> }> {
  const loader = stack.processes.get('csv-loader');
  if (!loader) throw new Error('There is no loader to hold up.');
  await loader.kill();
  const token = await stack.token();
  const content = 'id,department\n1,Finance\n2,Logistics\n';
  const { id } = await stack.client.upload(token, { kind: 'DEPARTMENTS', content });
  await waitFor(async () => (await stack.client.record(token, id)).status === 'QUEUED', { what: 'QUEUED' });
  const query = `subscription { uploadStatus(id: "${id}") { cursor status at } }`;
  const delays: number[] = [];
  let ended = 0;
  const onEvent = (text: string) => {
    const now = Date.now();
    const event = JSON.parse(text).payload?.data?.uploadStatus;
    // What stood in the log before a subscriber came is no news.
    if (!event || event.cursor <= 2) return;
    delays.push(now - Date.parse(event.at));
    if (event.status === 'COMPLETED') ended++;
  };
  const endCosts = stack.meter(['gateway', 'uploads', 'redis']);
  const sockets = await openSubscribers(subscribers, () => openSubscriber(stack.gatewayUrl, { token, query, onEvent }));
  await pause(500);
  await loader.restart();
  await waitFor(() => ended === subscribers, { timeoutMs: 120_000, what: 'the last event at every subscriber' });
  const costs = endCosts();
  await closeAll(sockets);
  return { delays, costs };
}
