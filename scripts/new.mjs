import { join } from 'node:path';
import { root } from './checkout/checkout.mjs';
import { build } from './checkout/set-up.mjs';
import { createFolder, listTypes } from './new/folder.mjs';
import { run } from './processes/run.mjs';
import { dim, print, readOptions, runCommand, step } from './terminal.mjs';

const help = {
  usage: 'npm run new -- <type> <name> [options]',
  summary: 'Creates a folder that builds, starts, has tests and handles its first message or query.',
  positionals: `  type   ${listTypes().join(' or ')}
  name   in kebab-case, such as location-loader`,
};
const options = /** @type {const} */ ({
  'no-install': { type: 'boolean', description: 'Only creates the folder: no npm install, no build.' },
});

/** `npm run new`: creates a worker or subgraph and updates the generated files; no other file is edited. */
await runCommand(async () => {
  const { values, positionals } = readOptions(help, options);
  const [type, name, ...others] = positionals;
  if (type === undefined || name === undefined || others.length > 0) throw new Error(`Usage: ${help.usage}`);
  const { path, files } = createFolder({ type, name, root });
  print(`Created ${path}:`);
  for (const file of files) print(dim(`  ${file}`));
  if (!values['no-install']) {
    await step(
      'Packages',
      () => run('npm', ['install', '--no-audit', '--no-fund'], { cwd: root }),
      () => 'linked',
    );
    await step('Build', build);
    await step('Tables and manifests', generate);
  }
  print(`Run its tests: npm test -- ${path}`);
});

/** The supergraph is part of the build. */
async function generate() {
  for (const command of ['docs', 'manifests']) {
    await run(process.execPath, [join(root, `scripts/${command}.mjs`)], { cwd: root });
  }
}
