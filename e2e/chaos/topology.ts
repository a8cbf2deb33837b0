/** The servers every process reaches over the network, each run as a process of the suite's own. */
export const servers = ['mariadb', 'rabbitmq', 'redis'] as const;
export type Server = (typeof servers)[number];

/** Which process connects to what. Wiring fails when a process connects to anything that is not here. */
export const connections: Readonly<Record<string, readonly string[]>> = {
  users: ['mariadb', 'rabbitmq', 'redis'],
  uploads: ['mariadb', 'rabbitmq', 'redis'],
  employees: ['mariadb', 'redis'],
  gateway: ['redis', 'users', 'uploads', 'employees'],
  'csv-loader': ['mariadb', 'rabbitmq'],
  'query-refresher': ['mariadb', 'rabbitmq', 'redis'],
  'upload-tracker': ['mariadb', 'rabbitmq', 'redis'],
  notifier: ['mariadb', 'rabbitmq', 'smtp'],
};

/** What a replica is one more of: `csv-loader-2` is a `csv-loader`. */
export const getDeployable = (process: string) => process.replace(/-\d+$/, '');

/** The name of the link that leads a process to what it connects to. */
export const getLinkName = (from: string, to: string) => `${from} → ${to}`;

/** The one link that is not between processes of the system. */
export const clientLink = getLinkName('client', 'gateway');

/** A worker's queue and those in which its messages wait for their next try. */
export const getWorkerQueues = (worker: string): string[] => [
  worker,
  ...[1, 2, 4, 8, 16, 32, 60].map((seconds) => `${worker}.retry.${seconds}s`),
];

/** The processes of one deployable. */
export const listReplicas = (name: string, replicas: Readonly<Record<string, number>>): string[] =>
  Array.from({ length: replicas[name] ?? 1 }, (_, index) => (index === 0 ? name : `${name}-${index + 1}`));

/** Every process of a stack with that many replicas. */
export const listProcesses = (replicas: Readonly<Record<string, number>>): string[] =>
  Object.keys(connections).flatMap((name) => listReplicas(name, replicas));

/** Every link of a stack with that many replicas. */
export const listLinks = (replicas: Readonly<Record<string, number>>): string[] => [
  clientLink,
  ...listProcesses(replicas).flatMap((process) =>
    (connections[getDeployable(process)] ?? []).map((to) => getLinkName(process, to)),
  ),
];
