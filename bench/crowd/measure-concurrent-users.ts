import type { BenchStack } from '../harness/bench-stack.ts';
import type { Context } from '../harness/context.ts';
import type { HttpRequest, Pace } from '../load/job.ts';
import { runLoad } from '../load/run-load.ts';
import { loadEmployees } from '../seed/load-employees.ts';
import { mixedRequests, queries, queryRequest } from '../seed/queries.ts';
import { assertOpenFileLimit } from '../subscriptions/subscriber.ts';

/** A crowd that comes at once, with queries and with small files; a rate that is kept up; and what the machine can do at most. */
export async function measureConcurrentUsers(context: Context) {
  const { pick, log } = context;
  const users = pick({ full: 1_000, quick: 100, tiny: 10 });
  assertOpenFileLimit(2 * users + 200);
  const stack = await context.sharedStack();
  await loadEmployees(stack, pick({ full: 20_000, quick: 2_000, tiny: 60 }));
  const pace = { kind: 'concurrentUsers', users, requestsEach: 5, withinMs: 100 } as const;

  const query = [queryRequest(await stack.token(), queries.hiresByQuarter)];
  const { queried } = await context.rotate(
    { queried: () => load(stack, query, pace) },
    pick({ full: 3, quick: 1, tiny: 1 }),
  );
  log(`${users} users asked`);

  const mixed = mixedRequests(await stack.token());
  const connections = 50;
  const maximum = await metered({ kind: 'closed', connections, seconds: pick({ full: 10, quick: 3, tiny: 0.3 }) });
  log(`at most ${maximum.load.perSecond.toFixed(0)} requests a second`);
  const perSecond = pick({ full: 2_000, quick: 500, tiny: 20 });
  const seconds = pick({ full: 60, quick: 5, tiny: 1 });
  const sustained = await metered({ kind: 'open', perSecond, seconds, connections: 1_000 });
  log(`${perSecond} requests a second for ${seconds} s`);

  // Last, and in full on a system of its own: what was uploaded is loaded for a while after.
  const uploading = context.size === 'full' ? await context.openStack() : stack;
  const upload = [uploadRequest(await uploading.token())];
  const uploaded = [await load(uploading, upload, pace)];
  log(`${users} users uploaded`);
  return { users, requestsEach: pace.requestsEach, queried, uploaded, maximum, sustained: { perSecond, ...sustained } };

  async function metered(pace: Pace) {
    const end = stack.meter();
    const result = await load(stack, mixed, pace);
    return { load: result, costs: end() };
  }
}

const load = (stack: BenchStack, requests: readonly HttpRequest[], pace: Pace) =>
  runLoad({ target: { kind: 'http', url: `${stack.gatewayUrl}/graphql`, requests }, pace });

/** A file of one row, as a form would send it. */
function uploadRequest(token: string): HttpRequest {
  const query = 'mutation ($file: Upload!) { uploadFile(file: $file, kind: DEPARTMENTS) { id status } }';
  const part = (head: string, content: string) =>
    `--limit\r\ncontent-disposition: form-data; ${head}\r\n\r\n${content}\r\n`;
  return {
    headers: {
      authorization: `Bearer ${token}`,
      'apollo-require-preflight': 'true',
      'content-type': 'multipart/form-data; boundary=limit',
    },
    body: [
      part('name="operations"', JSON.stringify({ query, variables: { file: null } })),
      part('name="map"', '{"0":["variables.file"]}'),
      part('name="0"; filename="one.csv"\r\ncontent-type: text/csv', '1,Finance\n'),
      '--limit--\r\n',
    ].join(''),
  };
}
