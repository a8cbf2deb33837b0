import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadRecords, type RunRecord } from './records.ts';
import { sabotages } from './sabotage/sabotages.ts';

const file = new URL('../../docs/reliability.md', import.meta.url);

/** Writes docs/reliability.md from all saved records and returns its path. */
export function writeReport(): string {
  const runs = loadRecords('runs').filter(({ sabotage }) => sabotage === null);
  const parts = [
    intro,
    describeResults(runs),
    describeFaults(runs),
    describeSabotages(),
    describeBurst(),
    describeTimeline(),
    randomRequests(),
    usage,
  ];
  writeFileSync(file, `${parts.filter(Boolean).join('\n\n')}\n`);
  return fileURLToPath(file);
}

const intro = `# Reliability

An accepted upload is loaded exactly once, reported exactly, and its mail is sent, whatever fails along the way. \`npm run chaos\` writes
this page; no figure is typed by hand. The design behind the guarantee: [order by sequence](decisions/0002-order-by-sequence.md),
[a signal, then the log](decisions/0001-a-signal-then-the-log.md), [failures and recovery](decisions/0007-failures-and-recovery.md).

## What a run is
A run starts real servers and every process of the system, with a TCP proxy on every connection between them. Three users send 21
files in seven seconds: departments, jobs and hires with overlapping ids, invalid rows and broken files, one of them large. They
follow each file by a subscription.

Meanwhile ten to fifteen faults happen at random times, one of them while files arrive, and one more drops messages between the outbox
and RabbitMQ. Two more wait until a percentage of the large file is loaded and hit the loader, its database or the connection between
them; a last one hits the process that reports the final status, or cuts the gateways off from its signal. In each run a subgraph
hangs (SIGSTOP) for 1 to 4 s and a queue loses its messages; in every other run Redis loses its data; in most runs a process has a full
log disk. Everything depends on a seed.

| fault | what happens |
|---|---|
| kill | a process gets SIGKILL and restarts 0 to 1.5 s later |
| terminate | a process gets SIGTERM and restarts |
| pause | a process is paused (SIGSTOP) for up to 3 s |
| crash | MariaDB, RabbitMQ or Redis gets SIGKILL and restarts on its data |
| cut | every connection of a link ends; data in transit is lost |
| refuse | a link refuses connections for up to 3 s |
| slow | a link is slower by up to 100 ms for up to 3 s; half of all links have up to 8 ms all the time |
| stall | no data arrives on a link for up to 3 s; no connection ends |
| silence | no data arrives on a link for up to 3 s, then every connection ends and the data is lost |
| forget | Redis loses its data (FLUSHALL); no connection ends |
| lose | a worker's queue and its retry queues are purged for up to 2.5 s, while its workers are down |
| fill | a process restarts with its log on a full disk (/dev/full) for up to 3 s |

Then the state is compared with a model that loads the files one after the other in the order of acceptance and shares no code with
the system: every row of every table; the counts and rejected lines of every upload; every event log (1, 2, 3 …, never backwards); the
events that each subscriber received over all its connections; a mail for each upload; the cached results; empty queues, outboxes and
intakes; a record for each stored file and a file for each record. Clients may only get errors that ask them to retry.`;

function describeResults(runs: readonly RunRecord[]): string {
  const commits = [...new Set(runs.map(({ commit }) => commit))];
  const rows = [...commits, null].map((commit) => {
    const own = commit === null ? runs : runs.filter((run) => run.commit === commit);
    const seeds = own.map(({ seed }) => seed);
    return [
      commit === null ? '**all**' : `\`${commit}\``,
      own.length,
      commit === null ? '' : `${Math.min(...seeds)}–${Math.max(...seeds)}`,
      sum(own.flatMap(({ faults }) => Object.values(faults))),
      sum(own.map(({ uploads }) => uploads)),
      sum(own.map(({ events }) => events)),
      ...(['lost', 'duplicate', 'gap'] as const).map((kind) => own.filter((run) => hasViolation(run, kind)).length),
      own.filter(({ violations }) => violations.length > 0).length,
      sum(own.map(({ duplicateMails }) => duplicateMails)),
    ];
  });
  const recent = runs.slice(-20);
  const settled = (some: readonly RunRecord[]) => some.map(({ settledInMs }) => settledInMs);
  return `## Results
${runs.length} runs. Each column after "events" counts the runs with that violation; "any" counts those with any violation. Duplicate
mails are counted separately: SMTP cannot exclude them if the server's reply is lost (both mails have the same Message-ID).

${table(['commit', 'runs', 'seeds', 'faults', 'uploads', 'events', 'lost', 'duplicated', 'gaps', 'any', 'duplicate mails'], rows)}

After the last fault was over it took ${median(settled(recent))} ms (median of the last ${recent.length} runs), at most ${Math.max(0, ...settled(runs))} ms (of all), until all uploads were
loaded, mailed and seen. Clients retried an upload ${sum(runs.map(({ uploadRetries }) => uploadRetries))} times and resubscribed ${sum(runs.map(({ reconnects }) => reconnects))} times.${describeFailures(runs)}`;
}

function describeFailures(runs: readonly RunRecord[]): string {
  const failed = runs.filter(({ violations }) => violations.length > 0);
  if (failed.length === 0) return '';
  const lines = failed.map(({ commit, seed, violations }) => `- \`${commit}\` seed ${seed}: ${violations[0]}`);
  return `\n\nFailed runs; the cause of each was fixed in a later commit:\n${lines.join('\n')}`;
}

function describeFaults(runs: readonly RunRecord[]): string {
  const kinds = [...new Set(runs.flatMap(({ faults }) => Object.keys(faults)))].sort();
  const rows = kinds.map((kind) => [kind, sum(runs.map(({ faults }) => faults[kind] ?? 0))]);
  return `## Faults injected\n${table(['fault', 'times'], rows)}`;
}

function describeSabotages(): string {
  const runs = loadRecords('runs');
  const rows = sabotages.map(({ name, guarantee }) => {
    const own = runs.filter(({ sabotage }) => sabotage === name);
    const last = own.map(({ commit }) => commit).at(-1);
    const tries = own.filter(({ commit }) => commit === last);
    const signs = tries.map(({ violations }) => violations.filter((violation) => !/^(down|orphan):/.test(violation)));
    const noticed = signs.findIndex((found) => found.length > 0);
    const by = signs[noticed]?.[0]?.replaceAll('|', '·') ?? '';
    return [
      name,
      guarantee,
      noticed < 0 ? 'not noticed' : `in run ${noticed + 1}`,
      `\`${last ?? ''}\``,
      by.slice(0, 140),
    ];
  });
  return `## Sabotage
The same suite without one guarantee, removed by an edit of the built code: each removal must be noticed.

${table(['sabotage', 'removed guarantee', 'noticed', 'commit', 'first violation'], rows)}`;
}

function describeBurst(): string {
  const last = loadRecords('bursts').at(-1);
  if (last === undefined) return '';
  const { commit, uploads, people, finished, mailed, seconds, deliveryMs, slowestChange } = last;
  return `## ${uploads} files of ${people} users at once
At \`${commit}\`: ${finished} of ${uploads} finished, ${mailed} mailed, the last one ${seconds.toFixed(1)} s after all were sent at once, with one
process of each kind. From an event's time to its subscriber: median ${deliveryMs.p50} ms, p95 ${deliveryMs.p95} ms, slowest ${deliveryMs.slowest} ms. The slowest status
change took ${slowestChange.ms} ms, from ${slowestChange.from} to ${slowestChange.to}.`;
}

function describeTimeline(): string {
  const last = loadRecords('timelines').at(-1);
  if (last === undefined) return '';
  const recoveries = last.recoveries.map(({ server, downMs, backToProgressMs, rowsBefore }) => [
    server,
    rowsBefore.toLocaleString('en-US'),
    `${(downMs / 1000).toFixed(1)} s`,
    `${(backToProgressMs / 1000).toFixed(1)} s`,
  ]);
  const steps = last.steps.map(({ atMs, what }) => `${(atMs / 1000).toFixed(1).padStart(7)} s  ${what}`);
  return `## Each server killed while ${last.rows.toLocaleString('en-US')} rows load
At \`${last.commit}\`. "Down" is the time from the kill to the first successful login, "recovery" from there to the next committed rows (Redis: to
the next event at the subscriber). No process of Tributary was restarted.

${table(['server', 'at row', 'down', 'recovery'], recoveries)}

\`\`\`
${steps.join('\n')}
\`\`\``;
}

function randomRequests(): string {
  const records = loadRecords('fuzz');
  if (records.length === 0) return '';
  const rows = records.map(({ commit, seed, runs, seconds, failures, heapGrowthBytes }) => [
    `\`${commit}\``,
    seed,
    runs.toLocaleString('en-US'),
    `${Math.round(seconds)} s`,
    failures.length,
    `${(heapGrowthBytes / 2 ** 20).toFixed(1)} MiB`,
  ]);
  const titles = ['commit', 'seed', 'requests', 'time', 'findings', 'heap growth'];
  return `## Random requests
\`npm run fuzz\` sends random and known bad requests to a gateway process; [docs/security.md](security.md#random-requests) says what counts as a finding.

${table(titles, rows)}`;
}

const usage = `## Run it
\`npm run chaos -- --seed 1 --runs 10\`, \`--sabotage all\`, \`--burst\`, \`--timeline\`; see \`--help\`. It needs only this checkout: it installs and
starts its servers on the loopback interface, and ends them, even when it is killed. A failure prints its seed, the logs, and a minimal
set of faults. Two seeds run in \`npm test\`.`;

/** Earlier versions of the suite recorded two kinds of violation under other names. */
const prefixes = { lost: /^lost:/, duplicate: /^(duplicate|doubled):/, gap: /^(gap|hole):/ };

const hasViolation = ({ violations }: RunRecord, kind: keyof typeof prefixes) =>
  violations.some((violation) => prefixes[kind].test(violation));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function table(titles: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}
