import { commandVariables } from '../checkout/variables.mjs';
import { getDatabaseVariable } from '../stack/declarations.mjs';
import { defaultEnvironment, instanceEnvironment, isTracingVariable } from '../stack/environment.mjs';

/**
 * @typedef {import('../stack/deployables.mjs').Deployable} Deployable
 * @typedef {import('../stack/settings.mjs').Setting} Setting
 * @typedef {{ readers: string[], default: string, meaning: string | null }} Use
 */

/**
 * The table of docs/configuration.md. Throws for a variable without a description, or with two.
 *
 * @param {object} options
 * @param {Deployable[]} options.deployables
 * @param {Map<string, { variables: Setting[] }>} options.settings by deployable
 * @param {Setting[]} options.migration the settings of the migration runner
 * @returns {string[]}
 */
export function createConfigurationTable({ deployables, settings, migration }) {
  const inherited = new Set(listInherited(deployables));
  const uses = collectUses({ deployables, settings, migration });
  const rows = [...uses]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, list]) => {
      const meanings = [...new Set(list.flatMap(({ meaning }) => meaning ?? []))];
      const [meaning] = meanings;
      if (meanings.length > 1) throw new Error(`${name} has several descriptions: ${meanings.join(' | ')}`);
      if (meaning === undefined) throw new Error(`${name} has no description: add .describe('…') to its schema.`);
      const readers = formatReaders(
        list.flatMap((use) => use.readers),
        deployables,
      );
      return `| \`${name}\` | ${readers} | ${formatDefault(name, list)} | ${inherited.has(name) || isTracingVariable(name) ? '\\* ' : ''}${meaning} |`;
    });
  return ['| variable | read by | default | meaning |', '|---|---|---|---|', ...rows];
}

/** @param {Parameters<typeof createConfigurationTable>[0]} options @returns {Map<string, Use[]>} */
function collectUses({ deployables, settings, migration }) {
  /** @type {Map<string, Use[]>} */
  const uses = new Map();
  const add = (/** @type {string} */ name, /** @type {Use} */ use) => uses.set(name, [...(uses.get(name) ?? []), use]);
  for (const { name } of deployables) {
    for (const setting of settings.get(name)?.variables ?? []) add(setting.name, toUse(setting, [name]));
  }
  for (const setting of migration) add(setting.name, toUse(setting, ['migrations']));
  for (const { name, declares } of deployables) {
    for (const database of declares.databases) {
      const use = uses.get(getDatabaseVariable(database))?.find(({ readers }) => readers.includes(name));
      if (use && !use.readers.includes('migrations')) use.readers.push('migrations');
    }
  }
  add('SUBGRAPH_URL_<NAME>', {
    readers: ['gateway'],
    default: 'the URL in the supergraph',
    meaning: 'Address of the subgraph with that name: `SUBGRAPH_URL_USERS=http://users:4001/graphql`.',
  });
  for (const [name, { readBy, default: text, meaning = null }] of Object.entries(commandVariables)) {
    add(name, { readers: readBy.split(', '), default: text, meaning });
  }
  return uses;
}

/** @param {Setting} setting @param {string[]} readers @returns {Use} */
const toUse = ({ default: value, defaultText, isRequired, description }, readers) => ({
  readers,
  default: defaultText ?? (isRequired ? 'required' : value === null || value === '' ? 'none' : `\`${value}\``),
  meaning: description,
});

/** One text if all readers have the same default, else one for each group of them. @param {string} name @param {Use[]} uses */
function formatDefault(name, uses) {
  const texts = [...new Set(uses.map((use) => use.default))];
  const start = defaultEnvironment[name] === undefined ? [] : [`with \`npm start\` \`${defaultEnvironment[name]}\``];
  if (texts.length === 1) return [...texts, ...start].join('; ');
  const groups = texts.map((text) => {
    const readers = uses.filter((use) => use.default === text).flatMap((use) => use.readers);
    return { text, readers };
  });
  groups.sort((a, b) => a.readers.length - b.readers.length);
  const parts = groups.map(({ text, readers }) =>
    readers.length > 2 ? `others: ${text}` : `${readers.join(', ')}: ${text}`,
  );
  return [...parts, ...start].join('; ');
}

/** Names of readers, with a group's name for all of its members. @param {string[]} names @param {Deployable[]} deployables */
function formatReaders(names, deployables) {
  const groups = [
    ['every process', deployables.map(({ name }) => name)],
    ['subgraphs', deployables.flatMap(({ name, kind }) => (kind === 'subgraph' ? [name] : []))],
    ['workers', deployables.flatMap(({ name, kind }) => (kind === 'worker' ? [name] : []))],
  ];
  let rest = [...new Set(names)];
  const found = [];
  for (const [title, members] of /** @type {[string, string[]][]} */ (groups)) {
    if (members.length < 2 || !members.every((name) => rest.includes(name))) continue;
    found.push(title);
    rest = rest.filter((name) => !members.includes(name));
  }
  const own = rest.filter((name) => deployables.some((one) => one.name === name));
  return [...own, ...found, ...rest.filter((name) => !own.includes(name))].join(', ');
}

/** The variables that `npm start` passes on from its own environment. @param {Deployable[]} deployables */
function listInherited(deployables) {
  const names = deployables.flatMap(({ variables }) => variables);
  const secrets = {
    ACCESS_TOKEN_PRIVATE_KEY: 'set',
    INTERNAL_TOKEN_PRIVATE_KEY: 'set',
    INTERNAL_TOKEN_PUBLIC_KEY: 'set',
  };
  const environment = instanceEnvironment({
    instance: 'tributary',
    dataDir: '/data',
    servers: { MARIADB_URL: 'mysql://server', RABBITMQ_URL: 'amqp://server', REDIS_URL: 'redis://server' },
    secrets: { ...secrets, DOWNLOAD_URL_SECRET: 'set', ADMIN_PASSWORD: 'set' },
    ports: {},
    smtpUrl: 'smtp://server',
    deployables,
    inherited: Object.fromEntries(names.map((name) => [name, 'inherited'])),
  });
  return Object.keys(environment).filter((name) => environment[name] === 'inherited');
}
