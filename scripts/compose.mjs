import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './checkout/checkout.mjs';
import { subgraphs } from './stack/deployables.mjs';
import { readOptions } from './terminal.mjs';

/**
 * Composes every subgraphs/<name>/schema.graphql into gateway/supergraph.graphql. With `--check` it writes nothing and
 * exits 1 when the file is stale. The file keeps `for: SECURITY`; the gateway leaves that out when it loads it.
 */
const help = { usage: 'npm run compose -- [options]', summary: 'Composes the supergraph from the subgraphs.' };
const { values } = readOptions(help, {
  check: { type: 'boolean', description: 'Writes nothing and fails when the file is out of date.' },
});
const supergraphPath = join(root, 'gateway/supergraph.graphql');

// Installed by now, unlike for the scripts that run before anything is.
const { composeServices } = await import('@apollo/composition');
const { parse } = await import('graphql');

const ports = new Map(subgraphs.map(({ name, usualPort }) => [name, usualPort]));
const result = composeServices(await readSubgraphs());
if (result.errors)
  fail(`The subgraphs do not compose:\n${result.errors.map(({ message }) => `  ${message}`).join('\n')}`);

const current = await readFile(supergraphPath, 'utf8').catch(() => '');
// A gateway that starts meanwhile never reads a part of an unchanged file.
if (current !== result.supergraphSdl) {
  if (!values.check) await writeFile(supergraphPath, result.supergraphSdl);
  else fail('gateway/supergraph.graphql is stale: run npm run compose');
}

async function readSubgraphs() {
  const entries = await readdir(join(root, 'subgraphs'), { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    names.sort().map(async (name) => {
      const typeDefs = parse(await readFile(join(root, 'subgraphs', name, 'schema.graphql'), 'utf8'));
      const port = ports.get(name) ?? fail(`scripts/stack/deployables.mjs gives no port for the subgraph "${name}"`);
      return { name, url: `http://127.0.0.1:${port}/graphql`, typeDefs };
    }),
  );
}

/** @returns {never} */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
