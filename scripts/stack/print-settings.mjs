import { join } from 'node:path';
import { root } from '../checkout/checkout.mjs';
import { getSettingsFile } from './settings.mjs';

/**
 * Prints the settings of built deployables as JSON; see settings.mjs. Argument: the folders as JSON.
 *
 * @type {import('./declarations.mjs').Folder[]}
 */
const folders = JSON.parse(process.argv[2] ?? '[]');
const { runtimeConfig } = await import(join(root, 'workers/dist/runtime-config.js'));

const entries = folders.map(async (folder) => {
  const module = await import(getSettingsFile(folder));
  if (folder.kind !== 'worker') return [folder.name, { variables: describe(module.config), queues: [] }];
  const { name, config, separateQueues = {} } = module.default;
  const variables = [...describe(runtimeConfig), ...describe(config)];
  return [folder.name, { variables, queues: [name, ...Object.keys(separateQueues).map((key) => `${name}.${key}`)] }];
});
const text = JSON.stringify(Object.fromEntries(await Promise.all(entries)));
process.stdout.write(text, () => process.exit());

/** @param {{ shape: Record<string, any> }} schema a zod object */
function describe({ shape }) {
  return Object.entries(shape).map(([name, setting]) => ({
    name,
    description: setting.description ?? null,
    default: getDefault(setting),
    isRequired: !setting.safeParse(undefined).success,
  }));
}

/** The default of a setting, below any `pipe` or `transform` that follows it. @param {any} setting @returns {string | null} */
function getDefault({ def }) {
  if (def.type === 'default') return String(def.defaultValue);
  const inner = def.type === 'pipe' ? def.in : def.innerType;
  return inner ? getDefault(inner) : null;
}
