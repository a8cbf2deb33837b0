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
  projects: [
    project('unit', [`${everywhere}/**/!(*.int|*.e2e).test.{ts,mjs}`]),
    project('integration', [`${everywhere}/**/*.int.test.{ts,mjs}`]),
    project('e2e', ['<rootDir>/{e2e,bench}/**/*.e2e.test.ts']),
  ],
};
