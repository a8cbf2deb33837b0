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
const { tracingConfig } = await import(join(root, 'libs/tracing/dist/config.js'));
const { processConfig } = await import(join(root, 'libs/core/dist/shutdown.js'));
const { migrationConfig } = await import(join(root, 'prisma/dist/migration-config.js'));

const entries = folders.map(async (folder) => {
  const module = await import(getSettingsFile(folder));
  if (folder.kind !== 'worker') return [folder.name, { variables: uniqueByName(describe(module.config)), queues: [] }];
  const { name, config, separateQueues = {} } = module.default;
  const variables = uniqueByName([...describe(config), ...describe(runtimeConfig)]);
  return [folder.name, { variables, queues: [name, ...Object.keys(separateQueues).map((key) => `${name}.${key}`)] }];
});
const shared = {
  'every process': { variables: [...describe(processConfig), ...describe(tracingConfig)], queues: [] },
  migrations: { variables: describe(migrationConfig), queues: [] },
};
const text = JSON.stringify({ ...Object.fromEntries(await Promise.all(entries)), ...shared });
process.stdout.write(text, () => process.exit());

/** @template {{ name: string }} T @param {T[]} list */
function uniqueByName(list) {
  return list.filter(({ name }, index) => list.findIndex((one) => one.name === name) === index);
}

/** @param {{ shape: Record<string, any> }} schema a zod object */
function describe({ shape }) {
  return Object.entries(shape).map(([name, setting]) => ({
    name,
    description: findMeta(setting, 'description') ?? null,
    default: getDefault(setting),
    defaultText: findMeta(setting, 'defaultText') ?? null,
    isRequired: findMeta(setting, 'isRequired') ?? !setting.safeParse(undefined).success,
    isSecret: Boolean(findMeta(setting, 'isSecret')),
    example: findMeta(setting, 'example') ?? null,
  }));
}

/** The value of a key of `.meta(…)`, of the setting or of the schema that it wraps. @param {any} setting @param {string} key @returns {any} */
function findMeta(setting, key) {
  const inner = setting.def.type === 'pipe' ? setting.def.in : setting.def.innerType;
  return setting.meta()?.[key] ?? (inner && findMeta(inner, key));
}

/** The default of a setting, below any `pipe` or `transform` that follows it. @param {any} setting @returns {string | null} */
function getDefault({ def }) {
  if (def.type === 'default') return String(def.defaultValue);
  const inner = def.type === 'pipe' ? def.in : def.innerType;
  return inner ? getDefault(inner) : null;
}
