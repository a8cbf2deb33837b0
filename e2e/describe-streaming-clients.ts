import { beforeAll, describe, expect, test } from '@jest/globals';
import { startTcpProxy } from '@tributary/testing';
import {
  apolloOver,
  apolloOverGraphqlWs,
  graphqlSse,
  graphqlWs,
  multipartLink,
  type SeenEvent,
  type StreamingClient,
} from '../gateway/fixtures/streaming-clients.ts';
import type { TestClient } from './client.ts';
import { employeesCsv } from './sample-files.ts';
import type { Stack } from './stack.ts';

const rows = 200_000;
const fields = 'cursor ownerCursor status rowsRead upload { id }';
const uploadStatus = `subscription ($id: ID!, $after: Int) { uploadStatus(id: $id, after: $after) { ${fields} } }`;
const myUploads = `subscription ($after: Int) { myUploads(after: $after) { ${fields} } }`;

const clients: Record<string, (url: string, token: string) => StreamingClient> = {
  'Apollo Client over graphql-ws': apolloOverGraphqlWs,
  'Apollo Client over multipart HTTP': (url, token) => apolloOver(multipartLink(url, token)),
  'graphql-ws': graphqlWs,
  'graphql-sse': graphqlSse,
};

/** The events of a client: `before` of them came before the cut, which reset `connectionsCut` connections. */
interface Journey {
  seen: SeenEvent[];
  before: number;
  connectionsCut: number;
  ends: unknown[];
}

/** The tests of common clients that lose their connection while a file is loaded, on a stack with departments and jobs. */
export function describeStreamingClients(run: () => { stack: Stack; client: TestClient; token: string }): void {
  describe('a client whose connection is cut while its file is loaded', () => {
    const journeys = new Map<string, Journey>();
    let id: string;

    /** Follows through its own proxy, which is cut after rows of the file were read, and continues after the last cursor. */
    async function follow(open: (typeof clients)[string], query: string, cursor: string): Promise<Journey> {
      const line = await startTcpProxy(run().stack.gatewayUrl, 80);
      const client = open(line.proxyUrl(run().stack.gatewayUrl), run().token);
      const journey: Journey = { seen: [], before: 0, connectionsCut: 0, ends: [] };
      const variables = {
        id,
        get after() {
          return Number(journey.seen.at(-1)?.[cursor] ?? 0);
        },
      };
      const onEvent = (event: SeenEvent) => {
        journey.seen.push(event);
        if (Object(event.upload).id !== id) return;
        if (journey.before === 0 && event.status === 'PROCESSING' && Number(event.rowsRead) > 0) {
          journey.before = journey.seen.length;
          journey.connectionsCut = line.resetConnections();
        }
        // The subscription to all uploads of a user has no end.
        if (query === myUploads && event.status === 'COMPLETED') void client.close();
      };
      while (journey.ends.length < 3 && journey.ends.at(-1) !== 'complete') {
        journey.ends.push(await client.follow(query, variables, onEvent));
      }
      await client.close();
      await line.close();
      return journey;
    }

    beforeAll(async () => {
      const { client, token } = run();
      const content = employeesCsv(rows, { first: 1000 });
      ({ id } = await client.upload(token, { content, kind: 'HIRED_EMPLOYEES' }));
      const all = Object.entries(clients).map(async ([name, open]) => {
        journeys.set(name, await follow(open, uploadStatus, 'cursor'));
      });
      await Promise.all([...all, follow(graphqlSse, myUploads, 'ownerCursor').then((own) => journeys.set('own', own))]);
    }, 60_000);

    function journeyOf(name: string): Journey {
      const journey = journeys.get(name);
      if (!journey) throw new Error(`${name} was not followed`);
      // The connection was cut during the load, and more rows were reported afterwards.
      expect(journey.connectionsCut).toBeGreaterThan(0);
      const after = journey.seen.slice(journey.before);
      expect(after.filter(({ status }) => status === 'PROCESSING').length).toBeGreaterThan(0);
      expect(journey.ends.at(-1)).toBe('complete');
      return journey;
    }

    test.each(Object.keys(clients))(
      '%s continues where it stopped: each event once, in order, to the last',
      async (name) => {
        const { seen } = journeyOf(name);
        const { cursor, ...record } = await run().client.record(run().token, id);
        expect(record).toMatchObject({ status: 'COMPLETED', rowsLoaded: rows });
        expect(seen.map((event) => event.cursor)).toEqual(oneTo(cursor));
        expect(seen.at(-1)).toMatchObject({ status: 'COMPLETED', rowsRead: rows });
      },
    );

    test('all uploads of a user are followed in the same way, by the cursors of all their events', async () => {
      const { seen } = journeyOf('own');
      const query = '{ me { uploads(first: 20) { nodes { cursor } } } }';
      const { nodes } = (await run().client.data(query, {}, run().token)).me.uploads;
      const count = nodes.reduce((sum: number, { cursor }: { cursor: number }) => sum + cursor, 0);
      expect(seen.map(({ ownerCursor }) => ownerCursor)).toEqual(oneTo(count));
    });
  });
}

const oneTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
