import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';

const attributes = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]])));

const exported = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
              kind: z.number(),
              attributes,
              links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
            }),
          ),
        }),
      ),
    }),
  ),
});

type ExportedSpan = z.output<typeof exported>['resourceSpans'][number]['scopeSpans'][number]['spans'][number];

/** A received span with its service. */
export interface ReceivedSpan extends ExportedSpan {
  service: string;
}

export type Collector = Awaited<ReturnType<typeof startCollector>>;

/** A trace collector that stores OTLP JSON; closed, it refuses connections. */
export async function startCollector() {
  const spans: ReceivedSpan[] = [];
  /** All received bodies. */
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const body: unknown = await json(request);
    bodies.push(JSON.stringify(body));
    for (const { resource, scopeSpans } of exported.parse(body).resourceSpans) {
      const service = String(resource.attributes['service.name']);
      for (const span of scopeSpans.flatMap((scope) => scope.spans)) spans.push({ ...span, service });
    }
    response.setHeader('content-type', 'application/json').end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The collector does not listen.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    bodies,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
