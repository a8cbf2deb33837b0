import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse, print } from 'graphql';
import { readSecurityFeatures, withoutSecurityMarks } from '../graphql/directives.ts';
import { readAccessRules } from './access-rules.ts';
import { readSupergraph } from './supergraph.ts';

const committed = readFileSync(new URL('../../supergraph.graphql', import.meta.url), 'utf8');

test('the committed supergraph gives every subgraph a URL, which the environment overrides', () => {
  const { subgraphUrls } = readSupergraph(committed, new Map([['UPLOADS', 'http://there/graphql']]));
  expect(Object.fromEntries(subgraphUrls)).toMatchObject({
    uploads: 'http://there/graphql',
    users: expect.stringMatching(/^http:/),
  });
});

test('what @apollo/gateway cannot load is left out, and event logs are found', () => {
  const { sdl, eventLogs } = readSupergraph(committed, new Map());
  expect(sdl).not.toContain('SECURITY)');
  expect([...eventLogs.values()]).toMatchObject([
    { source: ['fileUpload', 'events'], cursor: 'cursor', end: 'status' },
    { source: ['myUploadEvents'], cursor: 'ownerCursor', end: null },
  ]);
});

test('the rules of the committed supergraph are read where they stand', () => {
  const { accessRules } = readSupergraph(committed, new Map());
  expect(accessRules.get('UploadEvent')).toEqual([{ kind: 'authenticated' }]);
  expect(accessRules.get('Query.employees')).toEqual([{ kind: 'scopes', alternatives: [['QUERY']] }]);
  expect(accessRules.has('Query.me')).toBe(false);
});

test('directives are known by the names the supergraph gives them, and only those of known versions lose their mark', () => {
  const document = parse(`
    schema
      @link(url: "https://specs.apollo.dev/authenticated/v0.1", as: "signedIn", for: SECURITY)
      @link(url: "https://specs.apollo.dev/policy/v0.1", import: [{ name: "@policy", as: "@rule" }], for: SECURITY)
      @link(url: "https://specs.apollo.dev/requiresScopes/v9.0", for: SECURITY)
      @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) { query: Query }
    interface Thing @rule(policies: [["a", "b"], ["c"]]) { id: ID @signedIn @authenticated }
    type Query { thing: Thing @requiresScopes(scopes: [["X"]]) }
  `);
  expect(readAccessRules(document, readSecurityFeatures(document))).toEqual(
    new Map([
      ['Thing', [{ kind: 'policies', alternatives: [['a', 'b'], ['c']] }]],
      ['Thing.id', [{ kind: 'authenticated' }]],
    ]),
  );
  const marked = print(withoutSecurityMarks(document)).match(/specs[^)]*for: SECURITY/g);
  expect(marked).toEqual([expect.stringContaining('requiresScopes/v9.0'), expect.stringContaining('inaccessible')]);
});
