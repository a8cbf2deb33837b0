import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { root } from '../checkout/checkout.mjs';
import { freePorts } from '../processes/free-port.mjs';
import { run } from '../processes/run.mjs';
import { findDeployables } from '../stack/declarations.mjs';
import { createFolder } from './folder.mjs';

const worker = { type: 'worker', name: 'echo-counter', path: 'workers/echo-counter' };
const uploadWorker = { type: 'upload-worker', name: 'byte-counter', path: 'workers/byte-counter' };
const subgraph = { type: 'subgraph', name: 'many-places', path: 'subgraphs/many-places' };
const created = [worker, uploadWorker, subgraph];
const bin = (name) => join(root, 'node_modules/.bin', name);

let folder;
let before;

/** The tracked files of this checkout, with links to its packages and built code. */
async function copyCheckout() {
  const copy = mkdtempSync(join(tmpdir(), 'new-deployable-'));
  const listed = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root });
  for (const file of listed.split('\n').filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  const packages = ['', 'gateway', 'prisma', 'workers', ...findDeployables().map(({ path }) => path)];
  for (const parent of ['libs', 'prisma']) {
    packages.push(...readdirSync(join(root, parent)).map((name) => `${parent}/${name}`));
  }
  for (const path of new Set(packages)) {
    for (const name of ['node_modules', 'dist', 'src/generated']) {
      const target = join(copy, path, name);
      if (existsSync(join(root, path, name)) && !existsSync(target)) symlinkSync(join(root, path, name), target);
    }
  }
  // The start command looks for workers beside its own file.
  rmSync(join(copy, 'workers/dist'));
  cpSync(join(root, 'workers/dist'), join(copy, 'workers/dist'), { recursive: true });
  return copy;
}

/** The text of every tracked file, by its path. */
async function readFiles() {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter(
    (entry) => entry.isFile() && !/(node_modules|dist|generated)(\/|$)/.test(entry.parentPath),
  );
  const paths = names.map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]));
}

const runScript = (name, ...args) =>
  run(process.execPath, [join(folder, `scripts/${name}.mjs`), ...args], { cwd: folder });

beforeAll(async () => {
  folder = await copyCheckout();
  before = await readFiles();
  for (const { type, name } of created) await runScript('new', type, name, '--no-install');
  await run(bin('graphql-codegen'), ['--config', 'codegen.ts'], { cwd: join(folder, subgraph.path) });
  await Promise.all(created.map(({ path }) => run(bin('tsc'), ['-p', `${path}/tsconfig.build.json`], { cwd: folder })));
  await runScript('compose');
  await Promise.all([runScript('docs'), runScript('manifests')]);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a new worker, upload worker and subgraph', () => {
  test('change no other file than generated ones', async () => {
    const after = await readFiles();
    const changed = [...before].flatMap(([path, text]) => (after.get(path) === text ? [] : path));
    expect(changed.sort()).toEqual([
      'docs/configuration.md',
      'gateway/supergraph.graphql',
      'k8s/README.md',
      'k8s/base/gateway.yaml',
      'k8s/base/kustomization.yaml',
      'libs/kinds/kinds.json',
      'subgraphs/uploads/kinds.graphql',
    ]);
    const added = [...after.keys()].filter((path) => !before.has(path));
    const isOwn = (path) => created.some((one) => path.startsWith(one.path));
    expect(added.filter((path) => !isOwn(path)).sort()).toEqual([
      'k8s/base/byte-counter.yaml',
      'k8s/base/echo-counter.yaml',
      'k8s/base/many-places.yaml',
    ]);
  });

  test('have the types, format and imports that the rules ask for', async () => {
    const paths = created.map(({ path }) => path);
    const cruise = [...paths, '--config', join(folder, '.dependency-cruiser.cjs'), '--output-type', 'json'];
    const [report] = await Promise.all([
      run(bin('depcruise'), cruise, { cwd: folder }),
      run(bin('biome'), ['check', ...paths], { cwd: folder }),
    ]);
    const { violations } = JSON.parse(report).summary;
    expect(violations.filter(({ from }) => paths.some((path) => from.startsWith(path)))).toEqual([]);
  }, 60_000);

  test('pass their own tests, and the workers the contract of all workers', async () => {
    const args = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', bin('jest')];
    const paths = [...created.map(({ path }) => path), 'workers/workers.test.ts'];
    await run(process.execPath, [...args, '--selectProjects', 'unit', '--testPathPatterns', ...paths], { cwd: folder });
  }, 60_000);

  test('are a part of the system: the supergraph has the query and the kind, and the gateway finds the subgraph', () => {
    const supergraph = readFileSync(join(folder, 'gateway/supergraph.graphql'), 'utf8');
    expect(supergraph).toContain('manyPlacesStatus: ManyPlacesStatus');
    expect(supergraph).toContain('BYTE_COUNTER');
    const gateway = readFileSync(join(folder, 'k8s/base/gateway.yaml'), 'utf8');
    expect(gateway).toContain('SUBGRAPH_URL_MANY_PLACES');
  });

  test('start, and the worker waits for RabbitMQ', async () => {
    const [health = 0, port = 0] = await freePorts(2);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const INTERNAL_TOKEN_PUBLIC_KEY = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const starts = [
      [
        ['workers/dist/start.js', worker.name],
        { HEALTH_PORT: `${health}`, RABBITMQ_URL: 'amqp://127.0.0.1:1' },
        health,
      ],
      [[`${subgraph.path}/dist/main.js`], { PORT: `${port}`, INTERNAL_TOKEN_PUBLIC_KEY }, port],
    ];
    const answers = await Promise.all(starts.map(([args, env, at]) => startAndProbe(args, env, at)));
    expect(answers).toEqual([
      { status: 503, waitingFor: ['RabbitMQ'] },
      { status: 200, waitingFor: [] },
    ]);
  }, 60_000);
});

/** The answer of `/health/ready` of a process that is then ended. */
async function startAndProbe(args, env, port) {
  const environment = { PATH: process.env.PATH, LOG_LEVEL: 'warn', ...env };
  const child = spawn(process.execPath, args, { cwd: folder, env: environment, stdio: 'inherit' });
  try {
    for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt += 1) {
      const response = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null);
      const { waitingFor = [] } = (await response?.json().catch(() => null)) ?? {};
      const isStarting = waitingFor.includes('the workers');
      if (response !== null && !isStarting) return { status: response.status, waitingFor };
      await pause(100);
    }
    throw new Error(`${args.join(' ')} does not answer.`);
  } finally {
    child.kill('SIGKILL');
    if (child.exitCode === null) await once(child, 'exit');
  }
}

describe('a folder that cannot be created', () => {
  test.each([
    ['planet', 'earth', 'There is no type "planet". Types: subgraph, upload-worker, worker.'],
    ['worker', 'Loud_Worker', '"Loud_Worker" is not a valid name. Use kebab-case'],
    ['worker', 'notifier', 'The name "notifier" is taken by workers/notifier.'],
    ['subgraph', 'core', 'The name "core" is taken by libs/core.'],
    ['worker', 'mailbox', 'The name "mailbox" is taken by a process of the system.'],
  ])('%s %s is refused with the reason', (type, name, reason) => {
    expect(() => createFolder({ type, name, root })).toThrow(reason);
  });
});
