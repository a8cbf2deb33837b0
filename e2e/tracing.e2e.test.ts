import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { z } from 'zod';
import { openClient, type TestClient, uploadMutation } from './client.ts';
import { departmentsCsv, employeesCsv, jobsCsv } from './sample-files.ts';
import { openStack, type Stack } from './stack.ts';
import { type Collector, type ReceivedSpan, startCollector } from './tracing/collector.ts';
import { documentedSpans, isNamed, page } from './tracing/documented-spans.ts';
import { buildTree, listEdges } from './tracing/example-tree.ts';

const traceId = randomBytes(16).toString('hex');
const clientSpan = randomBytes(8).toString('hex');
const mailList = z.array(z.looseObject({ text: z.string() }));
const logged: { name: string; line: string }[] = [];

let collector: Collector;
let stack: Stack;
let client: TestClient;
let ann: Awaited<ReturnType<TestClient['register']>>;

beforeAll(async () => {
  collector = await startCollector();
  stack = await openStack({
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
      OTEL_BSP_SCHEDULE_DELAY: '200',
    },
    onLine: (name, line) => logged.push({ name, line }),
  });
  client = openClient(stack.gatewayUrl);
  ann = await client.register();
}, 180_000);

afterAll(async () => {
  await stack?.remove();
  await collector?.close();
}, 60_000);

/** Uploads as a client with its own trace, whose flag asks not to record it; the gateway ignores the flag. */
async function uploadTraced(content: string): Promise<{ id: string; downloadUrl: string }> {
  const form = new FormData();
  form.set('operations', JSON.stringify({ query: uploadMutation, variables: { file: null, kind: 'HIRED_EMPLOYEES' } }));
  form.set('map', JSON.stringify({ 0: ['variables.file'] }));
  form.set('0', new Blob([content], { type: 'text/csv' }), 'my-secret-plans.csv');
  const traceparent = `00-${traceId}-${clientSpan}-00`;
  const headers = { 'apollo-require-preflight': 'true', traceparent, ...client.bearer(ann.token) };
  return (await client.send(form, headers)).data.uploadFile;
}

const spansOf = (id: string) => collector.spans.filter((span) => span.traceId === id);
const notified = (id: string) =>
  waitFor(async () => (await client.record(ann.token, id)).notifiedAt, { what: 'the mail', timeoutMs: 20_000 });

/** Waits for a span with this name. */
const received = (name: string) =>
  waitFor(() => collector.spans.some((span) => span.name === name), { what: `a span ${name}`, timeoutMs: 10_000 });

test('an upload is one trace, from the header of the client to the mail and its record', async () => {
  await client.load(ann.token, { content: departmentsCsv, kind: 'DEPARTMENTS' });
  await client.load(ann.token, { content: jobsCsv, kind: 'JOBS' });
  const { id, downloadUrl } = await uploadTraced(employeesCsv(7));
  await client.follow(ann.token, id);
  await notified(id);
  await (await fetch(downloadUrl)).text();
  await client.data('{ hiresByQuarter(year: 2021) { q1 } departments { id } }', {}, ann.token);
  await client.data('mutation ($email: String!) { requestPasswordReset(email: $email) }', { email: ann.email });
  const { token, password } = await client.register();
  await client.data(
    'mutation ($from: String!, $to: String!) { changePassword(currentPassword: $from, newPassword: $to) { expiresAt } }',
    { from: password, to: 'another good password' },
    token,
  );
  await received('process users.reset.requested');

  const lastSpan = 'process notifications.email.sent';
  const expected = process.env.WRITE_EXAMPLE ? [] : listEdges(await readExample()).filter(isCertain);
  const settled = () => {
    const spans = spansOf(traceId);
    const known = new Set([clientSpan, ...spans.map(({ spanId }) => spanId)]);
    const isWhole = spans.every(({ parentSpanId = '' }) => known.has(parentSpanId));
    const edges = new Set(listEdges(buildTree(spans, clientSpan)));
    return isWhole && spans.some(({ name }) => name === lastSpan) && expected.every((edge) => edges.has(edge));
  };
  await waitFor(settled, { what: 'a trace without gaps', timeoutMs: 40_000 }).catch(() => undefined);
  const tree = buildTree(spansOf(traceId), clientSpan);
  if (process.env.WRITE_EXAMPLE) await writeExample(tree);
  const example = await readExample();
  expect(example.length).toBeGreaterThan(20);
  expect(listEdges(tree)).toEqual(expect.arrayContaining(listEdges(example).filter(isCertain)));
  expect(tree[0]).toBe('gateway: POST /graphql');
  const [mail] = spansOf(traceId).filter(({ name }) => name === 'SMTP send');
  expect(mail).toMatchObject({ service: 'notifier', attributes: { 'tributary.mail.state': 'SENT' } });
});

test('each delivered event is linked to the trace that caused it', () => {
  const links = collector.spans.filter(({ name }) => name === 'deliver uploadStatus').flatMap((span) => span.links);
  expect(links.map((link) => link.traceId)).toContain(traceId);
});

test('every span is documented, and every documented span occurs in each of its processes below a documented parent', async () => {
  const documented = await documentedSpans();
  const findDocumented = (span: ReceivedSpan) => documented.find(({ name }) => isNamed(span, name));
  const isThere = (service: string, name: string) =>
    collector.spans.some((span) => span.service === service && isNamed(span, name));

  function look() {
    const byId = new Map(collector.spans.map((span) => [span.spanId, span]));
    const parentOf = (span: ReceivedSpan) => byId.get(span.parentSpanId ?? '');
    const isMisplaced = (span: ReceivedSpan) => {
      const [parent, below = []] = [parentOf(span), findDocumented(span)?.below];
      if (parent) return !below.some((name) => isNamed(parent, name));
      return !below.includes('') || (span.parentSpanId ?? clientSpan) !== clientSpan;
    };
    const show = (span: ReceivedSpan) => `${span.service}: ${span.name} below ${parentOf(span)?.name}`;
    return {
      unknown: collector.spans.filter((span) => !findDocumented(span)?.services.includes(span.service)).map(show),
      misplaced: collector.spans.filter(isMisplaced).map(show),
      missing: documented.flatMap(({ name, services }) =>
        services.filter((service) => !isThere(service, name)).map((service) => `${service}: ${name}`),
      ),
    };
  }
  const nothing = { unknown: [], misplaced: [], missing: [] };
  // The last spans may not have arrived yet.
  const isComplete = () => Object.values(look()).every((list) => list.length === 0);
  await waitFor(isComplete, { what: 'the last spans', timeoutMs: 5_000 }).catch(() => undefined);
  expect(look()).toEqual(nothing);
  for (const span of collector.spans) {
    const more = Object.keys(span.attributes).filter((key) => !findDocumented(span)?.attributes.includes(key));
    expect([span.name, more.filter((key) => key !== 'error.type')]).toEqual([span.name, []]);
  }
});

test('no span contains a token, an address, a password, the name of a file or person, or content of a file', async () => {
  const mails = mailList.parse(await (await fetch(`${stack.mailUrl}/email`)).json());
  const resetToken = mails.map(({ text }) => /[\w-]{43}/.exec(text)?.[0]).find(Boolean) ?? '';
  expect(resetToken).not.toBe('');
  const all = collector.bodies.join('\n');
  const secrets = [
    ann.token,
    ann.email,
    '@example.com',
    ann.password,
    'Ann Example',
    stack.admin.password,
    resetToken,
    'another good password',
  ];
  const ofFiles = ['my-secret-plans', 'Person 1', 'Harbour', 'Miller', '2021-01-15'];
  const ofRequests = ['Bearer', 'signature=', 'eyJ', 'uploadFile(file'];
  expect([...secrets, ...ofFiles, ...ofRequests].filter((secret) => all.includes(secret))).toEqual([]);
});

test('log lines within a trace have its id', () => {
  const lines = logged.filter(({ line }) => line.includes(`"trace_id":"${traceId}"`));
  const names = new Set(lines.map(({ name }) => name));
  expect([...names].sort()).toEqual(['csv-loader', 'notifier', 'query-refresher', 'upload-tracker', 'uploads']);
});

test('without the collector uploads complete, the log reports it once, and every process stops in time', async () => {
  await collector.close();
  const uploaded = await client.load(ann.token, { content: employeesCsv(500), kind: 'HIRED_EMPLOYEES' });
  expect(uploaded).toMatchObject({ status: 'COMPLETED', rowsLoaded: 500 });
  await notified(uploaded.id);
  const complaints = () => logged.filter(({ line }) => line.includes('span export failed')).map(({ name }) => name);
  await waitFor(() => complaints().includes('csv-loader'), { what: 'a word in the log', timeoutMs: 45_000 });

  const others = [...stack.processes.values()].filter(({ name }) => name !== 'mailbox');
  const since = performance.now();
  const exits = await Promise.all(others.map(async (one) => [one.name, (await one.kill('SIGTERM')).code]));
  expect(exits).toEqual(others.map(({ name }) => [name, 0]));
  expect(performance.now() - since).toBeLessThan(10_000);
  expect(complaints().length).toBe(new Set(complaints()).size);
});

const [opening, closing] = ['<!-- example -->\n', '<!-- /example -->'];

/**
 * A fast loader can cause QUEUED to be written and signalled together with the next status. The upload is COMPLETED by
 * the end of its work or by its condition, whichever the tracker records last.
 */
const isCertain = (edge: string) =>
  !/relay \S+ > uploads: redis PUBLISH$/.test(edge) && !/> upload-tracker: relay uploads\.upload\.finished$/.test(edge);

async function readExample(): Promise<string[]> {
  const [, example = ''] = (await readFile(page, 'utf8')).split(/<!-- \/?example -->/);
  return example.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('```'));
}

async function writeExample(tree: readonly string[]) {
  const text = await readFile(page, 'utf8');
  const [before = '', after = ''] = [text.split(opening)[0], text.split(closing)[1]];
  await writeFile(page, `${before}${opening}\`\`\`\n${tree.join('\n')}\n\`\`\`\n${closing}${after}`);
}
