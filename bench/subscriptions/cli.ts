import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { openGateway } from './measured-gateway.ts';
import { measureFanOut, measureIdle, measureStalled } from './measures.ts';
import { assertOpenFileLimit } from './subscriber.ts';

const help = `npm run bench:subscriptions -- [options]
  --idle <n>             idle subscriptions (2000)
  --stall-seconds <n>    how long a client reads nothing (60)
  --subscribers <n>      subscribers of one log (1000)
  --events <n>           events each of them gets (20)
  --gateway <main.js>    another build of the gateway (gateway/dist/main.js)
  --label <text>         the name of the run in bench/results/subscriptions-by-label.json (shared)`;

const results = new URL('../results/subscriptions-by-label.json', import.meta.url);
const { values } = parseArgs({
  options: {
    idle: { type: 'string', default: '2000' },
    'stall-seconds': { type: 'string', default: '60' },
    subscribers: { type: 'string', default: '1000' },
    events: { type: 'string', default: '20' },
    gateway: { type: 'string', default: 'gateway/dist/main.js' },
    label: { type: 'string', default: 'shared' },
    help: { type: 'boolean', default: false },
  },
});
const [idle, seconds] = [Number(values.idle), Number(values['stall-seconds'])];
const [subscribers, events] = [Number(values.subscribers), Number(values.events)];

if (values.help) console.log(help);
else await run();
process.exit();

async function run() {
  assertOpenFileLimit(Math.max(idle, subscribers) + 200);
  const bench = await openGateway(values.gateway);
  try {
    const begunUnder = loadavg()[0];
    const run = {
      at: new Date().toISOString(),
      machine: { node: process.version, cpus: cpus().length, loadBefore: begunUnder },
      fanOut: await show('subscribers of one log', measureFanOut(bench, { subscribers, events })),
      stalled: await show('a client that reads nothing', measureStalled(bench, seconds)),
      idle: await show('idle subscriptions', measureIdle(bench, idle)),
    };
    const known = JSON.parse(await readFile(results, 'utf8').catch(() => '{}'));
    await writeFile(results, `${JSON.stringify({ ...known, [values.label]: run }, null, 2)}\n`);
  } finally {
    await bench.close();
  }
}

async function show<T extends object>(title: string, measure: Promise<T>): Promise<T> {
  const result = await measure;
  console.log(`${title} (${values.label})`);
  console.table(result);
  return result;
}
