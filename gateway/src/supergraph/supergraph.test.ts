import { expect, test } from '@jest/globals';
import { loadSupergraph } from './load-supergraph.ts';

const committed = new URL('../../supergraph.graphql', import.meta.url);

test('the committed supergraph gives every subgraph a URL, which the environment overrides', async () => {
  const { subgraphUrls } = await loadSupergraph(committed, new Map([['UPLOADS', 'http://there/graphql']]));
  expect(Object.fromEntries(subgraphUrls)).toMatchObject({
    uploads: 'http://there/graphql',
    users: expect.stringMatching(/^http:/),
  });
});

test('what @apollo/gateway cannot load is left out, and event logs are found', async () => {
  const { sdl, eventLogs } = await loadSupergraph(committed, new Map());
  expect(sdl).not.toContain('SECURITY)');
  expect([...eventLogs.values()]).toMatchObject([{ source: ['fileUpload', 'events'], cursor: 'cursor' }]);
});

test('a file that is not there is BAD_CONFIG with its path', async () => {
  await expect(loadSupergraph('/nowhere/x.graphql', new Map())).rejects.toMatchObject({
    code: 'BAD_CONFIG',
    message: expect.stringContaining('/nowhere/x.graphql'),
  });
});
