import { beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import type { TestClient } from './client.ts';
import { documentedMetrics, type Scrape, scrape } from './metrics-page.ts';
import type { Stack } from './stack.ts';

/** The state after the main path: its account, and the file that it loaded four times. */
interface MainPath {
  stack: Stack;
  client: TestClient;
  ann: { token: string; id: string; email: string; password: string };
  employees: string;
}

/** The tests of every process's metrics, after the main path. */
export function describeMetrics(run: () => MainPath): void {
  describe('the metrics of the main path', () => {
    let scrapes: Map<string, Scrape>;
    const of = (name: string) => {
      const found = scrapes.get(name);
      if (!found) throw new Error(`${name} was not scraped`);
      return found;
    };

    beforeAll(async () => {
      // One refusal of each kind that a client can cause.
      await run().client.graph(`{ ${'me { '.repeat(20)}id${' }'.repeat(20)} }`, {}, run().ann.token);
      await run().client.graph('{ nothing }', {}, run().ann.token);
      await run()
        .client.send('{"query":"{ me { id } }"}', { 'content-type': 'text/plain' })
        .catch(() => undefined);
      const upload = { content: 'id,department\n1,Harbour\n', kind: 'DEPARTMENTS' };
      await run().client.tryUpload('no token', upload);
      const sent = '{ fileUploads(first: 20) { nodes { notifiedAt } } }';
      const isTold = ({ notifiedAt }: { notifiedAt: string | null }) => notifiedAt !== null;
      const areAllTold = async () =>
        (await run().client.data(sent, {}, run().ann.token)).fileUploads.nodes.every(isTold);
      await waitFor(areAllTold, { what: 'a mail about each upload', timeoutMs: 20_000 });
      const all = [...run().stack.metricsUrls].map(async ([name, url]) => [name, await scrape(url)] as const);
      scrapes = new Map(await Promise.all(all));
    });

    test('are exactly those of docs/metrics.md, with its labels', () => {
      for (const [name, { names, labels }] of scrapes) {
        const documented = documentedMetrics(name);
        expect([name, names.sort()]).toEqual([name, [...documented.keys()].sort()]);
        for (const [metric, allowed] of documented) {
          const used = labels.get(metric.split(' ')[0] ?? '') ?? [];
          for (const each of used) expect([metric, Object.keys(each).sort()]).toEqual([metric, allowed]);
        }
      }
    });

    test('count what happened: files, rows, messages, mails, events', () => {
      const uploads = 7;
      expect(of('uploads').sum('tributary_uploads_intakes_total', { outcome: 'accepted' })).toBe(uploads);
      expect(of('uploads').sum('tributary_uploads_bytes_total')).toBe(
        of('gateway').sum('tributary_gateway_upload_bytes_total'),
      );
      expect(of('uploads').sum('tributary_outbox_messages')).toBe(0);
      const rowsOf = (kind: string, outcome: string) =>
        of('csv-loader').sum('tributary_loader_rows_total', { kind, outcome });
      expect(rowsOf('DEPARTMENTS', 'loaded')).toBe(3);
      expect(rowsOf('HIRED_EMPLOYEES', 'loaded')).toBe(2000 + 4 * 7);
      expect(rowsOf('HIRED_EMPLOYEES', 'rejected')).toBe(4 * 2);
      const done = { type: 'uploads.upload.accepted', outcome: 'done' };
      expect(of('csv-loader').sum('tributary_worker_deliveries_total', done)).toBe(uploads);
      expect(of('notifier').sum('tributary_notifier_mail_seconds_count', { outcome: 'sent' })).toBe(uploads);
      for (const name of ['csv-loader', 'query-refresher', 'upload-tracker', 'notifier']) {
        expect([name, of(name).sum('tributary_worker_queue_messages', { queue: 'dead' })]).toEqual([name, 0]);
      }
      expect(of('csv-loader').sum('tributary_worker_in_hand')).toBe(0);
      const gateway = of('gateway');
      const mutations = { kind: 'mutation', transport: 'http', outcome: 'ok' };
      expect(gateway.sum('tributary_gateway_operation_seconds_count', mutations)).toBe(uploads + 1);
      expect(gateway.sum('tributary_gateway_events_sent_total', { transport: 'websocket' })).toBeGreaterThan(
        uploads * 4,
      );
      expect(gateway.sum('tributary_gateway_event_lag_seconds_count')).toBeGreaterThan(0);
      expect(gateway.sum('tributary_gateway_subscriptions_open')).toBe(0);
      const passed = gateway.sum('tributary_gateway_pass_through_bytes_total', { subgraph: 'uploads' });
      expect(passed).toBe(2 * Buffer.byteLength(run().employees));
      expect(gateway.sum('tributary_gateway_plan_cache_total', { result: 'hit' })).toBeGreaterThan(0);
      for (const [name, { sum }] of scrapes) expect([name, sum('tributary_ready')]).toEqual([name, 1]);
    });

    test('count refusals by the limit and errors by the code', () => {
      const { sum } = of('gateway');
      expect(sum('tributary_gateway_refusals_total', { limit: 'MAX_DEPTH' })).toBe(1);
      expect(sum('tributary_gateway_refusals_total', { limit: 'CSRF' })).toBe(1);
      expect(sum('tributary_gateway_refusals_total')).toBe(2);
      expect(sum('tributary_gateway_errors_total', { code: 'GRAPHQL_VALIDATION_FAILED' })).toBe(2);
      expect(sum('tributary_gateway_errors_total', { code: 'UNAUTHENTICATED' })).toBeGreaterThan(0);
    });

    test('contain no personal data and no unbounded labels', () => {
      const passwords = Object.values(run().stack.environment).flatMap((value) =>
        URL.canParse(value) ? [new URL(value).password, value] : [],
      );
      const secrets = [
        run().ann.email,
        run().ann.password,
        run().ann.token,
        run().ann.id,
        '@example.com',
        'spring.csv',
        'Bearer',
        'PRIVATE',
      ];
      for (const [name, { text, labels }] of scrapes) {
        for (const secret of [...secrets, ...passwords.filter(Boolean)]) {
          expect([name, secret, text.includes(secret)]).toEqual([name, secret, false]);
        }
        for (const [metric, samples] of labels) {
          expect([name, metric, samples.length < 60]).toEqual([name, metric, true]);
          for (const value of samples.flatMap((each) => Object.values(each))) expect(value).toMatch(/^[\w.:-]{1,60}$/);
        }
      }
    });
  });
}
