import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './checkout/checkout.mjs';
import { prepareInstance } from './instance/prepare-instance.mjs';
import { removeInstance } from './instance/remove-instance.mjs';
import { followLog } from './processes/follow-log.mjs';
import { choosePorts, getMetricsName } from './stack/choose-ports.mjs';
import { listDeployables } from './stack/deployables.mjs';
import { instanceEnvironment, isTracingVariable, pick } from './stack/environment.mjs';
import { createMailbox } from './stack/mailbox.mjs';
import { openProcessRecord } from './stack/process-record.mjs';
import { loadSecrets } from './stack/secrets.mjs';
import { PortTaken, startStackProcess } from './stack/start-stack-process.mjs';

/**
 * @typedef {object} StackOptions
 * @property {string} instance prefix of every name on shared servers
 * @property {Record<string, string>} servers MARIADB_URL, RABBITMQ_URL (without a vhost the instance gets its own), REDIS_URL; optional RABBITMQ_MANAGEMENT_URL, FILE_STORE_URL, SMTP_URL
 * @property {string} dataDir
 * @property {'default' | 'free'} [ports] the declared ports, each moved to the next free one, or any free ports
 * @property {Record<string, string | undefined>} [inherited] the environment of the caller: each process gets the variables that it declares and the stack does not decide
 * @property {Record<string, string>} [environment] overrides variables that the stack decides, for the processes that declare them
 * @property {Record<string, Record<string, string>>} [processEnvironment] additional variables by process
 * @property {string[]} [without] processes that are not started
 * @property {'together' | 'separate'} [workers] all workers in one process, or one process for each (without)
 * @property {boolean} [lean] less memory at rest, for a slower garbage collection under load
 * @property {Record<string, number>} [replicas] number of processes of a deployable, 1 by default; the second is called `<name>-2`
 * @property {(name: string, env: Record<string, string>, ports: Record<string, number>) => Promise<Record<string, string>>} [wire] returns the final environment of a process, for example with other addresses
 * @property {boolean} [restart] restart processes that end unexpectedly
 * @property {(text: string) => void} [log] called with messages for people: moved ports, processes of an earlier start, restarts
 * @property {(name: string, line: string) => void} [onLine] called with each line that a process logs
 */

/**
 * @typedef {object} Stack
 * @property {string} instance
 * @property {string} gatewayUrl
 * @property {string | null} mailUrl the mailbox's web page and API; null when SMTP_URL was given
 * @property {{ email: string, password: string }} admin
 * @property {Record<string, string>} environment all variables of the instance
 * @property {Map<string, import('./stack/start-stack-process.mjs').StackProcess>} processes
 * @property {Map<string, string>} metricsUrls metrics URL by process
 * @property {() => Promise<void>} stop ends every process; the gateway and the workers first
 * @property {() => Promise<void>} remove stops, then deletes the instance's data
 */

const MAX_ATTEMPTS = 3;

/** Node keeps up to 16 MB for each half of its young generation, and glibc an arena for each thread. */
const leanEnvironment = { NODE_OPTIONS: '--max-semi-space-size=8', MALLOC_ARENA_MAX: '2' };

/**
 * Applies migrations, starts every deployable by its production command and resolves when all are ready. If one does
 * not become ready, all are ended. If another program takes a port first, all start again on other ports.
 *
 * @param {StackOptions} options
 * @returns {Promise<Stack>}
 */
export async function startStack(options) {
  const { instance, servers, dataDir, ports: portChoice = 'default', log = () => {} } = options;
  const record = await openProcessRecord(dataDir);
  if (record.leftOvers.length > 0) log(`Ended processes of an earlier start: ${record.leftOvers.join(', ')}.`);

  const [listed] = await Promise.all([listDeployables(), prepareInstance(instance, servers)]);
  const allDeployables = options.workers === 'together' ? joinWorkers(listed) : listed;
  const wanted = allDeployables.filter(({ name }) => !options.without?.includes(name));
  const deployables = wanted.flatMap((one) => replicate(one, options.replicas?.[one.name]));
  const extra = deployables.filter(({ name }) => !allDeployables.some((one) => one.name === name));
  const secrets = loadSecrets(dataDir);
  for (let attempt = 1; ; attempt += 1) {
    const ports = await choosePorts([...allDeployables, ...extra], portChoice, log);
    try {
      return await startOnPorts(options, { ports, deployables, secrets, record });
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === MAX_ATTEMPTS) throw error;
      log(`${error.message} All processes start again on other ports.`);
    }
  }
}

/**
 * @param {StackOptions} options
 * @param {{
 *   ports: Record<string, number>,
 *   deployables: import('./stack/deployables.mjs').Deployable[],
 *   secrets: import('./stack/secrets.mjs').Secrets,
 *   record: Awaited<ReturnType<typeof openProcessRecord>>,
 * }} prepared
 * @returns {Promise<Stack>}
 */
async function startOnPorts(options, { ports, deployables, secrets, record }) {
  const { instance, servers, dataDir, restart = false, log = () => {} } = options;
  const mail = servers.SMTP_URL ? null : createMailbox(dataDir, { smtp: ports.smtp ?? 0, web: ports.mailbox ?? 0 });
  const environment = {
    ...instanceEnvironment({
      instance,
      dataDir,
      servers,
      secrets,
      ports,
      smtpUrl: servers.SMTP_URL ?? mail?.smtpUrl ?? '',
      deployables,
      inherited: options.inherited ?? {},
    }),
    ...options.environment,
  };

  /** @type {Map<string, import('./stack/start-stack-process.mjs').StackProcess>} */
  const processes = new Map();
  /** @type {(() => void)[]} */
  const followers = [];

  /** @param {string} name @param {string[]} args @param {Record<string, string>} env @param {number} port */
  async function start(name, args, env, port) {
    const logFile = rotateLogFile(dataDir, name);
    followers.push(followLog(logFile, (line) => options.onLine?.(name, line)));
    const url = `http://127.0.0.1:${port}`;
    const base = pick(process.env, ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'NODE_EXTRA_CA_CERTS']);
    const onStart = (/** @type {import('./processes/identity.mjs').Identity} */ identity) => record.add(name, identity);
    const env_ = { ...base, ...(options.lean ? leanEnvironment : {}), ...env };
    return startStackProcess({
      name,
      args,
      cwd: root,
      env: env_,
      url,
      logFile,
      onStart,
      onRestart: restart ? log : null,
    });
  }

  async function stop() {
    const subgraphs = deployables.flatMap(({ name, kind }) => (kind === 'subgraph' ? [name] : []));
    const isLast = (/** @type {string} */ name) => name === 'mailbox' || subgraphs.includes(name);
    const [last, first] = [[...processes.keys()].filter(isLast), [...processes.keys()].filter((name) => !isLast(name))];
    for (const names of [first, last]) await Promise.all(names.map((name) => processes.get(name)?.kill()));
    for (const unfollow of followers.splice(0)) unfollow();
  }

  try {
    const box = mail && (await start('mailbox', mail.args, {}, ports.mailbox ?? 0));
    if (box) processes.set('mailbox', box);
    for (const { name, command, portVariable, variables } of deployables) {
      const port = ports[name] ?? 0;
      const own = {
        ...pick(environment, [...variables, ...Object.keys(environment).filter(isTracingVariable)]),
        [portVariable]: String(port),
        METRICS_PORT: String(ports[getMetricsName(name)]),
        ...options.processEnvironment?.[name],
      };
      processes.set(name, await start(name, command, (await options.wire?.(name, own, ports)) ?? own, port));
    }
    await Promise.all([...processes.values()].filter(({ name }) => name !== 'mailbox').map((one) => one.waitReady()));
    if (box?.isPortTaken) throw new PortTaken('the mailbox');
    record.setGatewayUrl(`http://localhost:${ports.gateway}`);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    instance,
    gatewayUrl: `http://127.0.0.1:${ports.gateway}`,
    mailUrl: mail?.url ?? null,
    admin: { email: environment.ADMIN_EMAIL ?? '', password: environment.ADMIN_PASSWORD ?? '' },
    environment,
    processes,
    metricsUrls: new Map(
      deployables.map(({ name }) => [name, `http://127.0.0.1:${ports[getMetricsName(name)]}/metrics`]),
    ),
    stop,
    async remove() {
      await stop();
      await removeInstance(instance, servers, dataDir);
    },
  };
}

/**
 * The workers of these deployables as one process.
 *
 * @param {import('./stack/deployables.mjs').Deployable[]} deployables
 * @returns {import('./stack/deployables.mjs').Deployable[]}
 */
function joinWorkers(deployables) {
  const workers = deployables.filter(({ kind }) => kind === 'worker');
  const [first, ...others] = workers;
  if (first === undefined || others.length === 0) return deployables;
  const command = [...first.command, ...others.map(({ name }) => name)];
  const variables = [...new Set(workers.flatMap((worker) => worker.variables))];
  const queues = workers.flatMap((worker) => worker.queues);
  return [
    ...deployables.filter(({ kind }) => kind !== 'worker'),
    { ...first, name: 'workers', command, variables, queues },
  ];
}

/**
 * The deployable `count` times, each with its own name.
 *
 * @param {import('./stack/deployables.mjs').Deployable} deployable
 * @param {number} [count]
 */
const replicate = (deployable, count = 1) =>
  Array.from({ length: count }, (_, index) => ({
    ...deployable,
    name: index === 0 ? deployable.name : `${deployable.name}-${index + 1}`,
  }));

/**
 * An empty log file for the new run; the previous one is kept as `<name>.log.1`.
 *
 * @param {string} dataDir
 * @param {string} name
 */
function rotateLogFile(dataDir, name) {
  mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'logs', `${name}.log`);
  if (existsSync(file)) renameSync(file, `${file}.1`);
  return file;
}
