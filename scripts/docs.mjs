import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './checkout/checkout.mjs';
import { createConfigurationTable } from './docs/configuration.mjs';
import { listDeployables } from './stack/deployables.mjs';
import { readSettings } from './stack/settings.mjs';
import { print, readOptions, runCommand } from './terminal.mjs';

const help = {
  usage: 'npm run docs -- [options]',
  summary: 'Writes the tables of docs/ that follow from declarations of the built code.',
};
const options = /** @type {const} */ ({
  check: { type: 'boolean', description: 'Writes nothing and fails if a table is out of date.' },
});

/** `npm run docs`: replaces the text between `<!-- <name> -->` and `<!-- /<name> -->` in each page. */
await runCommand(async () => {
  const { values } = readOptions(help, options);
  const deployables = await listDeployables();
  const settings = await readSettings(deployables);
  const shared = settings.get('every process')?.variables ?? [];
  for (const { name } of deployables) settings.get(name)?.variables.push(...shared);
  const migration = settings.get('migrations')?.variables ?? [];
  const tables = [
    {
      page: 'docs/configuration.md',
      name: 'settings',
      lines: createConfigurationTable({ deployables, settings, migration }),
    },
  ];
  const stale = [];
  for (const { page, name, lines } of tables) {
    const file = join(root, page);
    const text = await readFile(file, 'utf8');
    const pattern = new RegExp(`(<!-- ${name} -->\n)[^]*(\n<!-- /${name} -->)`);
    if (!pattern.test(text)) throw new Error(`${page} has no place for the table "${name}".`);
    const written = text.replace(pattern, (_all, start, end) => start + lines.join('\n') + end);
    if (written === text) continue;
    stale.push(page);
    if (!values.check) await writeFile(file, written);
  }
  if (values.check && stale.length > 0) throw new Error(`Out of date: ${stale.join(', ')}. Run npm run docs.`);
  print(stale.length === 0 ? 'All tables are up to date.' : `Wrote ${stale.join(', ')}.`);
});
