import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './checkout/checkout.mjs';
import { findSubgraphs } from './stack/declarations.mjs';
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
  return Promise.all(
    findSubgraphs().map(async ({ name, path, declares }) => {
      const typeDefs = parse(await readFile(join(root, path, 'schema.graphql'), 'utf8'));
      return { name, url: `http://127.0.0.1:${declares.port}/graphql`, typeDefs };
    }),
  );
}

/** @returns {never} */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
