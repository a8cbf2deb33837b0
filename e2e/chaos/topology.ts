import { getSubgraphVariable } from '../../scripts/stack/declarations.mjs';
import { listDeployables } from '../../scripts/stack/deployables.mjs';

/** The servers that processes reach over the network, each run as a process of the suite. */
export const servers = ['mariadb', 'rabbitmq', 'redis'] as const;
export type Server = (typeof servers)[number];

const deployables = await listDeployables();
export const subgraphs = deployables.flatMap(({ name, kind }) => (kind === 'subgraph' ? [name] : []));

/** Every queue that a worker consumes, without those for retries and dead letters. */
export const queues = deployables.flatMap((one) => one.queues);

/** Variables that hold an address, and the server or deployable at that address. */
const targets: readonly (readonly [RegExp, string])[] = [
  [/_DATABASE_URL$/, 'mariadb'],
  [/^RABBITMQ_URL$/, 'rabbitmq'],
  [/^REDIS_URL$/, 'redis'],
  [/^SMTP_URL$/, 'smtp'],
  ...subgraphs.map((name) => [new RegExp(`^${getSubgraphVariable(name)}$`), name] as const),
  ...deployables.flatMap(({ name, declares }) =>
    Object.keys(declares.provides).map((variable) => [new RegExp(`^${variable}$`), name] as const),
  ),
];

/** The server or deployable that a variable leads to; undefined for other variables. */
export const getTarget = (variable: string) => targets.find(([pattern]) => pattern.test(variable))?.[1];

/** The servers and deployables that each deployable connects to, by the variables that it declares. */
const connections: ReadonlyMap<string, readonly string[]> = new Map(
  deployables.map(({ name, variables }) => [
    name,
    [...new Set(variables.flatMap((one) => getTarget(one) ?? []))].sort(),
  ]),
);

export const isDeployable = (name: string) => connections.has(name);

/** The deployable of a replica: `csv-loader` for `csv-loader-2`. */
export const getDeployable = (process: string) => process.replace(/-\d+$/, '');

/** The name of the link from a process to a server or deployable. */
export const getLinkName = (from: string, to: string) => `${from} → ${to}`;

/** The only link that is not between processes of the system. */
export const clientLink = getLinkName('client', 'gateway');

/** A worker's queue and the queues in which its messages wait for a retry. */
export const getWorkerQueues = (worker: string): string[] => [
  worker,
  ...[1, 2, 4, 8, 16, 32, 60].map((seconds) => `${worker}.retry.${seconds}s`),
];

/** The processes of one deployable. */
export const listReplicas = (name: string, replicas: Readonly<Record<string, number>>): string[] =>
  Array.from({ length: replicas[name] ?? 1 }, (_, index) => (index === 0 ? name : `${name}-${index + 1}`));

/** Every process of a stack with these replicas. */
export const listProcesses = (replicas: Readonly<Record<string, number>>): string[] =>
  deployables.flatMap(({ name }) => listReplicas(name, replicas));

/** Every link of a stack with these replicas. */
export const listLinks = (replicas: Readonly<Record<string, number>>): string[] => [
  clientLink,
  ...listProcesses(replicas).flatMap((process) =>
    (connections.get(getDeployable(process)) ?? []).map((to) => getLinkName(process, to)),
  ),
];
