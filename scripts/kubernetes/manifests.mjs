import { attemptLimits } from '../stack/attempt-limits.mjs';
import { findDatabases, findDeployables, getDatabaseVariable } from '../stack/declarations.mjs';
import { addressVariables } from '../stack/environment.mjs';
import { readSettings } from '../stack/settings.mjs';

/**
 * @typedef {import('../stack/declarations.mjs').Folder} Folder
 * @typedef {import('../stack/settings.mjs').Setting} Setting
 * @typedef {import('./yaml.mjs').Yaml} Yaml
 * @typedef {{ [key: string]: Yaml }} YamlMap
 * @typedef {Folder & { settings: Setting[] }} Deployable
 */

const METRICS_PORT = 9464;
const WORKER_PORT = 4010;
const CONFIG = 'tributary';
const SECRET = 'tributary';

/** Set by the manifest or the image, not by an operator. */
const fixedVariables = ['NODE_ENV', 'HOST', 'PORT', 'HEALTH_HOST', 'HEALTH_PORT', 'METRICS_PORT', 'DRAIN_DELAY_MS'];

/** Depends on the manifest's grace period. */
const reservedVariables = ['SHUTDOWN_TIMEOUT_MS'];

/** Values of the ConfigMap that differ from the defaults of the processes. */
const values = {
  TRIBUTARY_INSTANCE: 'tributary',
  MAX_UPLOAD_BYTES: String(2 ** 30),
  RATE_LIMITED_FIELDS: attemptLimits,
  TRUSTED_PROXIES: '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16',
};

const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};
const nonRoot = { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } };

/** Every deployable with the settings that its process reads. @returns {Promise<Deployable[]>} */
export async function readDeployables() {
  const folders = findDeployables();
  const settings = await readSettings(folders);
  const shared = settings.get('every process')?.variables.filter(({ name }) => name === 'LOG_LEVEL') ?? [];
  return folders.map((one) => ({ ...one, settings: [...shared, ...(settings.get(one.name)?.variables ?? [])] }));
}

/**
 * The Kubernetes objects of the system, by the file below k8s/base.
 *
 * @param {Deployable[]} deployables
 * @returns {Record<string, YamlMap[]>}
 */
export function createManifests(deployables) {
  const ports = new Map(deployables.map(({ name, declares }) => [name, declares.port]));
  const addresses = addressVariables((name) => `http://${name}:${ports.get(name)}`);
  const files = Object.fromEntries(deployables.map((one) => [`${one.name}.yaml`, createDeployable(one, addresses)]));
  return {
    ...files,
    'migrate.yaml': [createMigration()],
    'namespace.yaml': [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tributary' } }],
    'network.yaml': createNetworkPolicies(),
    'kustomization.yaml': [createKustomization(deployables, Object.keys(files))],
  };
}

/**
 * The keys of the Secret, with the names of their readers.
 *
 * @param {Deployable[]} deployables
 * @returns {{ key: string, readers: string[], isRequired: boolean, description: string }[]}
 */
export function listSecretKeys(deployables) {
  const keys = new Map();
  for (const { name, settings } of deployables) {
    for (const { name: key, isSecret, isRequired, description } of settings) {
      if (!isSecret) continue;
      const known = keys.get(key) ?? { key, readers: [], isRequired: false, description: description ?? '' };
      keys.set(key, { ...known, readers: [...known.readers, name], isRequired: known.isRequired || isRequired });
    }
  }
  for (const database of findDatabases()) {
    const [key, description] = [getMigrationKey(database), 'The same database with rights to create and alter tables.'];
    keys.set(key, { key, readers: ['migrate'], isRequired: true, description });
  }
  return [...keys.values()].sort((a, b) => a.key.localeCompare(b.key));
}

/** @param {Deployable} deployable @param {Record<string, string>} addresses @returns {YamlMap[]} */
function createDeployable(deployable, addresses) {
  const { name, kind, path, settings } = deployable;
  const port = deployable.declares.port ?? WORKER_PORT;
  const folders = settings
    .filter((one) => one.name.endsWith('_DIR'))
    .map((one) => ({ ...one, ...getVolume(one.name) }));
  const command = kind === 'worker' ? ['workers/dist/start.js', name] : [`${path}/dist/main.js`];
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: { app: name } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: {
          labels: { app: name, part: kind },
          annotations: {
            'prometheus.io/scrape': 'true',
            'prometheus.io/port': String(METRICS_PORT),
            'prometheus.io/path': '/metrics',
          },
        },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 40,
          securityContext: nonRoot,
          containers: [
            {
              name,
              image: 'tributary',
              command: ['node', ...command],
              ports: [
                { name: 'http', containerPort: port },
                { name: 'metrics', containerPort: METRICS_PORT },
              ],
              envFrom: [{ configMapRef: { name: 'tributary-tracing' } }],
              env: createEnvironment(deployable, port, addresses),
              readinessProbe: { httpGet: { path: '/health/ready', port: 'http' }, periodSeconds: 5 },
              livenessProbe: { httpGet: { path: '/health/live', port: 'http' }, periodSeconds: 10 },
              resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '384Mi' } },
              securityContext: restricted,
              ...(folders.length > 0 && {
                volumeMounts: folders.map(({ volume, mountPath }) => ({ name: volume, mountPath })),
              }),
            },
          ],
          ...(folders.length > 0 && { volumes: folders.map(({ volume }) => ({ name: volume, emptyDir: {} })) }),
        },
      },
    },
  };
  if (kind === 'worker') return [deployment];
  const ports = [{ name: 'http', port, targetPort: 'http' }];
  return [
    deployment,
    { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: name }, ports } },
  ];
}

/**
 * A process gets the variables that it declares, and no other.
 *
 * @param {Deployable} deployable
 * @param {number} port
 * @param {Record<string, string>} addresses
 * @returns {Yaml[]}
 */
function createEnvironment({ kind, settings }, port, addresses) {
  const [host, portVariable] = kind === 'worker' ? ['HEALTH_HOST', 'HEALTH_PORT'] : ['HOST', 'PORT'];
  const fixed = [
    { name: host, value: '0.0.0.0' },
    { name: portVariable, value: String(port) },
    { name: 'METRICS_PORT', value: String(METRICS_PORT) },
    ...(settings.some(({ name }) => name === 'DRAIN_DELAY_MS') ? [{ name: 'DRAIN_DELAY_MS', value: '5000' }] : []),
  ];
  const subgraphUrls = Object.entries(addresses).filter(([name]) => name.startsWith('SUBGRAPH_URL_'));
  const urls = kind === 'gateway' ? subgraphUrls.map(([name, value]) => ({ name, value })) : [];
  const own = settings.filter(isConfigurable).map((setting) => createVariable(setting, addresses));
  const byName = (/** @type {{ name: string }} */ a, /** @type {{ name: string }} */ b) => a.name.localeCompare(b.name);
  return [...fixed, ...[...own, ...urls].sort(byName)];
}

/** @param {Setting} setting */
const isConfigurable = ({ name }) => !fixedVariables.includes(name) && !reservedVariables.includes(name);

/** @param {Setting} setting @param {Record<string, string>} addresses @returns {{ name: string, value: string } | { name: string, valueFrom: YamlMap }} */
function createVariable({ name, isRequired, isSecret }, addresses) {
  const address = addresses[name];
  if (address !== undefined) return { name, value: address };
  if (name.endsWith('_DIR')) return { name, value: getVolume(name).mountPath };
  const optional = isRequired || name in values ? {} : { optional: true };
  if (isSecret) return { name, valueFrom: { secretKeyRef: { name: SECRET, key: name, ...optional } } };
  return { name, valueFrom: { configMapKeyRef: { name: CONFIG, key: name, ...optional } } };
}

/** The folder that a process may write, on a file system that is otherwise read-only. @param {string} variable */
function getVolume(variable) {
  const volume = variable.replace(/_DIR$/, '').toLowerCase().replaceAll('_', '-');
  return { volume, mountPath: `/var/lib/tributary/${volume}` };
}

/** @param {string} database */
const getMigrationKey = (database) => getDatabaseVariable(database).replace('_DATABASE_URL', '_MIGRATION_URL');

/** @returns {YamlMap} */
function createMigration() {
  const env = findDatabases().map((database) => ({
    name: getDatabaseVariable(database),
    valueFrom: { secretKeyRef: { name: SECRET, key: getMigrationKey(database) } },
  }));
  const container = {
    name: 'migrate',
    image: 'tributary',
    command: ['node', 'prisma/dist/migrate.js'],
    env,
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '384Mi' } },
    securityContext: restricted,
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate' },
    spec: {
      backoffLimit: 10,
      template: {
        metadata: { labels: { app: 'migrate' } },
        spec: {
          restartPolicy: 'OnFailure',
          automountServiceAccountToken: false,
          securityContext: nonRoot,
          containers: [container],
        },
      },
    },
  };
}

/** Clients reach the gateway only, the gateway reaches subgraphs, and labelled namespaces read the metrics. @returns {YamlMap[]} */
function createNetworkPolicies() {
  const fromGateway = [{ podSelector: { matchLabels: { app: 'gateway' } } }];
  const fromMonitoring = [{ namespaceSelector: { matchLabels: { 'tributary.io/scrapes': 'true' } } }];
  const everyPart = { matchExpressions: [{ key: 'part', operator: 'In', values: ['gateway', 'subgraph', 'worker'] }] };
  return [
    createPolicy('gateway-from-everyone', { matchLabels: { part: 'gateway' } }, [{ ports: [{ port: 'http' }] }]),
    createPolicy('subgraphs-from-gateway', { matchLabels: { part: 'subgraph' } }, [
      { from: fromGateway, ports: [{ port: 'http' }] },
    ]),
    createPolicy('workers-from-nobody', { matchLabels: { part: 'worker' } }, []),
    createPolicy('metrics-from-monitoring', everyPart, [{ from: fromMonitoring, ports: [{ port: 'metrics' }] }]),
  ];
}

/** @param {string} name @param {YamlMap} podSelector @param {Yaml[]} ingress @returns {YamlMap} */
const createPolicy = (name, podSelector, ingress) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name },
  spec: { podSelector, policyTypes: ['Ingress'], ingress },
});

/** @param {Deployable[]} deployables @param {string[]} files @returns {YamlMap} */
function createKustomization(deployables, files) {
  const settings = deployables.flatMap((one) => one.settings);
  const required = settings.filter((one) => one.isRequired && !one.isSecret && isConfigurable(one));
  const examples = Object.fromEntries(required.map(({ name, example }) => [name, example ?? '']));
  const literals = Object.entries({ ...examples, ...values }).map(([name, value]) => `${name}=${value}`);
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: 'tributary',
    resources: ['namespace.yaml', ...[...files, 'migrate.yaml', 'network.yaml'].sort()],
    configMapGenerator: [
      { name: CONFIG, literals: literals.sort() },
      {
        name: 'tributary-tracing',
        literals: ['OTEL_TRACES_SAMPLER=parentbased_traceidratio', 'OTEL_TRACES_SAMPLER_ARG=0.05'],
      },
    ],
  };
}
