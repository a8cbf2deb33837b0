import { encodeCursor } from '@tributary/graphql';
import type { Context } from '../harness/context.ts';
import type { Pace, Target } from '../load/job.ts';
import { type LoadResult, runLoad } from '../load/run-load.ts';
import { loadEmployees } from '../seed/load-employees.ts';
import { queries, queryRequest } from '../seed/queries.ts';

const pageSize = 20;
const pageQuery = `query ($after: String) { employees(first: ${pageSize}, after: $after) { nodes { id name hiredAt } pageInfo { endCursor } } }`;

/** The answer of the graph, from the database and from Redis under more and more connections; then a page at the start and one far on. */
export async function measureQueries(context: Context) {
  const { pick } = context;
  const stack = await context.sharedStack();
  const page = pick({ full: 10_000, quick: 2_000, tiny: 3 });
  const rows = (page + 1) * pageSize;
  await loadEmployees(stack, rows);
  context.log(`${rows} employees loaded`);
  const seconds = pick({ full: 3, quick: 1, tiny: 0.2 });
  const rounds = pick({ full: 3, quick: 2, tiny: 1 });
  const load = (target: Target, pace: Pace) => () => runLoad({ target, pace });

  const levels: { connections: number; cache: LoadResult[]; sql: LoadResult[]; redis: LoadResult[] }[] = [];
  for (const connections of pick({ full: [1, 10, 50, 500], quick: [1, 50], tiny: [1] })) {
    const token = await stack.token();
    const pace = { kind: 'closed', connections, seconds } as const;
    const { environment, instance } = stack;
    const key = `${instance}:answers`;
    const measured = await context.rotate(
      {
        cache: load(graph([queryRequest(token, queries.hiresByQuarter)]), pace),
        sql: load({ kind: 'sql', url: environment.EMPLOYMENT_DATABASE_URL ?? '', year: 2021 }, pace),
        redis: load({ kind: 'redis', url: environment.REDIS_URL ?? '', key, field: 'hiresByQuarter:2021' }, pace),
      },
      rounds,
    );
    context.log(`hiresByQuarter over ${connections} connections`);
    levels.push({ connections, ...measured });
  }

  const token = await stack.token();
  const last = (page - 1) * pageSize;
  const after = encodeCursor(['ID', 'ASC', last, last]);
  const [first] = (await stack.client.data(pageQuery, { after }, token)).employees.nodes;
  if (first.id !== String(last + 1)) throw new Error(`Page ${page} begins with ${first.id}.`);
  const pace = { kind: 'closed', connections: 1, seconds } as const;
  const pages = await context.rotate(
    {
      first: load(graph([queryRequest(token, pageQuery, { after: null })]), pace),
      far: load(graph([queryRequest(token, pageQuery, { after })]), pace),
    },
    pick({ full: 7, quick: 3, tiny: 1 }),
  );
  return { rows, levels, pages: { page, pageSize, ...pages } };

  function graph(requests: Extract<Target, { kind: 'http' }>['requests']): Target {
    return { kind: 'http', url: `${stack.gatewayUrl}/graphql`, requests };
  }
}
