import { availableParallelism } from 'node:os';

/**
 * One Jest run with three projects: `unit` touches nothing outside the process, `integration` talks to the real servers
 * that scripts/test.mjs found or started, `e2e` drives whole stacks of real processes through the gateway.
 */
const project = (displayName, testMatch, more = {}) => ({
  displayName,
  testMatch,
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/\\.data/'],
  modulePathIgnorePatterns: ['/dist/', '/\\.data/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['tributary-source', 'node', 'node-addons'] },
  ...more,
});

const everywhere = '<rootDir>/{gateway,subgraphs,workers,libs,prisma,scripts,e2e,docs,bench}';

export default {
  testTimeout: 60_000,
  testSequencer: '<rootDir>/scripts/jest-sequencer.mjs',
  // Most tests wait for servers: two at a time use two cores better than one. Each e2e suite has a stack of processes, so not more than four.
  maxWorkers: Math.min(4, Math.max(2, availableParallelism())),
  // Each test file leaves its modules in memory: with one core too few for a worker all ran in one process, which grew to 3.8 GB.
  workerIdleMemoryLimit: '1GB',
  projects: [
    project('unit', [`${everywhere}/**/!(*.int|*.e2e).test.{ts,mjs}`]),
    project('integration', [`${everywhere}/**/*.int.test.{ts,mjs}`]),
    project('e2e', ['<rootDir>/{e2e,bench}/**/*.e2e.test.ts']),
  ],
};
