/**
 * Who may import whom. Each rule says why in one sentence; scripts/import-rules.test.mjs plants one violation per rule
 * and fails when a rule does not catch it.
 */
const test = '\\.test\\.(ts|mjs)$';

/** The database's package and its clients: only these deployables (and other databases' none) may open it. */
const databaseOwners = {
  users: ['subgraphs/users'],
  uploads: ['subgraphs/uploads', 'workers/upload-tracker'],
  employment: ['subgraphs/employees', 'workers/csv-loader', 'workers/query-refresher', 'libs/answers'],
  notifications: ['workers/notifier'],
};

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one thing cut in the wrong place.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'deployables-are-islands',
      comment: 'Deployables meet only over HTTP and messages, so that each can be released, scaled and removed alone.',
      severity: 'error',
      from: { path: '^(gateway|subgraphs/[^/]+|workers/[^/]+)/' },
      to: { path: '^(gateway|subgraphs/[^/]+|workers/[^/]+)/', pathNot: '^$1/' },
    },
    {
      name: 'libs-look-down',
      comment: 'A library that knows a deployable cannot be shared.',
      severity: 'error',
      from: { path: '^(libs|prisma)/' },
      to: { path: '^(gateway|subgraphs|workers|e2e)/' },
    },
    {
      name: 'core-and-events-are-leaves',
      comment: 'What everybody imports must import nobody.',
      severity: 'error',
      from: { path: '^libs/(core|events)/', pathNot: test },
      to: { path: '^(libs|prisma)/', pathNot: '^libs/$1/' },
    },
    {
      name: 'subgraphs-do-not-consume',
      comment: 'Messages are worked on where a retry does not hold up a request.',
      severity: 'error',
      from: { path: '^(gateway|subgraphs)/' },
      to: { path: '^libs/worker/' },
    },
    {
      name: 'workers-do-not-serve',
      comment: 'A worker has no public face: it is asked by messages and answers by messages.',
      severity: 'error',
      from: { path: '^workers/' },
      to: { path: '^libs/graphql/|node_modules/(express|@apollo/server)/' },
    },
    ...Object.entries(databaseOwners).map(([database, owners]) => ({
      name: `${database}-database-only-by-its-owners`,
      comment: 'Nobody reads the database of another: its owner answers by the graph or by messages.',
      severity: 'error',
      from: {
        path: '^(gateway|subgraphs|workers|libs|prisma)/',
        pathNot: [`^prisma/${database}/`, ...owners.map((o) => `^${o}/`), test],
      },
      to: { path: `^prisma/${database}/` },
    })),
    {
      name: 'amqplib-only-in-messaging',
      comment: 'The rules of delivery are kept in one place; the benchmark compares it with the bare client.',
      severity: 'error',
      from: { pathNot: '^(libs/messaging|scripts|bench|node_modules)/' },
      to: { path: 'node_modules/(@types/)?amqplib/' },
    },
    {
      name: 'tests-are-leaves',
      comment: 'What runs in production never depends on a test or its fixtures.',
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
