import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './checkout/checkout.mjs';
import { renderErrorsPage } from './compose/errors-page.mjs';
import { readRegistry, renderKinds, renderPermissions } from './compose/kinds.mjs';
import { findSubgraphs } from './stack/declarations.mjs';
import { readOptions } from './terminal.mjs';

/**
 * Writes what is derived from the folders: the registry of kinds and permissions, the enums UploadKind and Permission,
 * docs/errors.md, and gateway/supergraph.graphql, composed of every subgraphs/<name>/*.graphql. With `--check` it
 * writes nothing and exits 1 when a file is stale. The supergraph keeps `for: SECURITY`; the gateway leaves that out
 * when it loads it.
 */
const help = {
  usage: 'npm run compose -- [options]',
  summary: 'Collects the kinds of upload and composes the supergraph.',
};
const { values } = readOptions(help, {
  check: { type: 'boolean', description: 'Writes nothing and fails when a file is out of date.' },
});

// Imported here: other scripts run before packages are installed.
const { composeServices } = await import('@apollo/composition');
const { parse } = await import('graphql');
const { errorCatalogue } = await import('@tributary/core');

await update('docs/errors.md', renderErrorsPage(errorCatalogue));

const registry = await readRegistry().catch((error) => fail(error.message));
await update('libs/kinds/kinds.json', `${JSON.stringify(registry, null, 2)}\n`);
await update('subgraphs/uploads/kinds.graphql', renderKinds(registry.kinds));
await update('subgraphs/users/permissions.graphql', renderPermissions(registry.permissions));

const result = composeServices(await readSubgraphs());
if (result.errors)
  fail(`The subgraphs do not compose:\n${result.errors.map(({ message }) => `  ${message}`).join('\n')}`);
await update('gateway/supergraph.graphql', result.supergraphSdl);

async function readSubgraphs() {
  return Promise.all(
    findSubgraphs().map(async ({ name, path, declares }) => {
      const typeDefs = parse(await readSchema(join(root, path)));
      return { name, url: `http://127.0.0.1:${declares.port}/graphql`, typeDefs };
    }),
  );
}

/** @param {string} folder */
async function readSchema(folder) {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.graphql')).sort();
  return (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('\n');
}

/**
 * Leaves an unchanged file alone, since a process that starts now may be reading it.
 *
 * @param {string} file
 * @param {string} content
 */
async function update(file, content) {
  const path = join(root, file);
  if ((await readFile(path, 'utf8').catch(() => '')) === content) return;
  if (values.check) fail(`${file} is stale: run npm run compose`);
  await writeFile(path, content);
}

/** @param {string} message @returns {never} */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
