/**
 * Allowed imports. Each rule gives its reason in one sentence; scripts/import-rules.test.mjs plants one violation per rule
 * and fails if a rule misses it.
 */
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const test = '\\.test\\.(ts|mjs)$';

/** The packages below a folder, with the databases that each declares in its package.json. */
const listPackages = (folder) =>
  readdirSync(join(__dirname, folder)).flatMap((name) => {
    const file = join(__dirname, folder, name, 'package.json');
    if (!existsSync(file)) return [];
    const { tributary = {} } = JSON.parse(readFileSync(file, 'utf8'));
    return [{ path: `${folder}/${name}`, databases: tributary.databases ?? [] }];
  });
const packages = ['subgraphs', 'workers', 'libs'].flatMap(listPackages);
const databases = readdirSync(join(__dirname, 'prisma')).filter((name) =>
  existsSync(join(__dirname, 'prisma', name, 'schema.prisma')),
);

/**
 * The rooms of the gateway by floor, the ground first: each may import the floors below it. Files beside the rooms are shared
 * (errors, names of limits) or put the rooms together (main, gateway, config).
 */
const gatewayFloors = [
  { rooms: ['graphql', 'metrics'], reason: 'They are pure or only count, so that every other room can use them.' },
  { rooms: ['admission'], reason: 'Whether a request is let in does not depend on what it is answered with.' },
  { rooms: ['graph'], reason: 'An operation runs the same however it arrives, as a request or for an event.' },
  { rooms: ['subscriptions'], reason: 'Events are the same on every transport.' },
];

module.exports = {
  forbidden: [
    ...gatewayFloors.map(({ rooms, reason }, index) => ({
      name: `gateway-${rooms.join('-and-')}-look-down`,
      comment: reason,
      severity: 'error',
      from: { path: `^gateway/src/(${rooms.join('|')})/`, pathNot: test },
      to: {
        path: `^gateway/src/(${[...gatewayFloors.slice(index + 1).flatMap((floor) => floor.rooms), 'transport'].join('|')})/`,
      },
    })),
    {
      name: 'no-cycles',
      comment: 'Two files that need each other belong together or share a third file.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'deployables-are-islands',
      comment:
        'Deployables communicate only over HTTP and messages, so that each can be released, scaled and removed alone.',
      severity: 'error',
      from: { path: '^(gateway|subgraphs/[^/]+|workers/[^/]+)/' },
      to: { path: '^(gateway|subgraphs/[^/]+|workers/[^/]+)/', pathNot: '^$1/' },
    },
    {
      name: 'libs-look-down',
      comment: 'A library that depends on a deployable cannot be shared.',
      severity: 'error',
      from: { path: '^(libs|prisma)/' },
      to: { path: '^(gateway|subgraphs|workers|e2e)/' },
    },
    {
      name: 'core-and-events-are-leaves',
      comment: 'Every package imports these two, so they import no other library.',
      severity: 'error',
      from: { path: '^libs/(core|events)/', pathNot: test },
      to: { path: '^(libs|prisma)/', pathNot: '^libs/$1/' },
    },
    {
      name: 'subgraphs-do-not-consume',
      comment: 'Messages are handled by workers, where a retry delays no request.',
      severity: 'error',
      from: { path: '^(gateway|subgraphs)/' },
      to: { path: '^libs/worker/' },
    },
    {
      name: 'workers-do-not-serve',
      comment: 'A worker serves no requests: it receives messages and publishes messages.',
      severity: 'error',
      from: { path: '^workers/' },
      to: { path: '^libs/graphql/|node_modules/(express|@apollo/server)/' },
    },
    ...databases.map((database) => ({
      name: `${database}-database-only-where-declared`,
      comment: 'Each package.json declares its databases; other packages use the graph or messages.',
      severity: 'error',
      from: {
        path: '^(gateway|subgraphs|workers|libs|prisma)/',
        pathNot: [
          `^prisma/${database}/`,
          ...packages.flatMap((one) => (one.databases.includes(database) ? [`^${one.path}/`] : [])),
          test,
        ],
      },
      to: { path: `^prisma/${database}/` },
    })),
    {
      name: 'amqplib-only-in-messaging',
      comment: 'Delivery guarantees are implemented in one place; the benchmark compares it with the bare client.',
      severity: 'error',
      from: { pathNot: '^(libs/messaging|scripts|bench|node_modules)/' },
      to: { path: 'node_modules/(@types/)?amqplib/' },
    },
    {
      name: 'tests-are-leaves',
      comment: 'Production code never depends on a test or its fixtures.',
      severity: 'error',
      from: { pathNot: [test, '^libs/testing/', '^(e2e|bench)/', '/fixtures/'] },
      to: { path: [test, '^libs/testing/', '^e2e/', '/fixtures/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|generated|\\.data)/' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['tributary-source', 'import', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.js'],
    },
  },
};
