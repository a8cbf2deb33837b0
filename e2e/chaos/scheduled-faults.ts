import type { Fault, PlannedFault } from './fault.ts';
import type { Random } from './random.ts';
import { getLinkName, listProcesses, listReplicas, subgraphs } from './topology.ts';

type Replicas = Readonly<Record<string, number>>;

/**
 * Faults at critical moments of a run: one while all files arrive, one while messages leave the outbox, two while the
 * large file is loaded, and one when its last event is on the way to its subscriber.
 */
export function scheduleFaults(random: Random, replicas: Replicas): PlannedFault[] {
  return [
    { atMs: random.int(50, 3_000), fault: createIntakeFault(random) },
    ...createPublishFaults(random, replicas),
    ...createLoadFaults(random, replicas),
    ...createLoadFaults(random, replicas),
    ...createNotificationFaults(random, replicas),
  ];
}

/** Queues of workers whose messages are sent again, until the upload is finished or the notifier has reported on its mail. */
const coveredQueues = ['csv-loader', 'csv-loader', 'query-refresher', 'upload-tracker', 'notifier'];

/**
 * Faults without a broken connection: a hung subgraph, a Redis without its data, a full log disk, a queue without its
 * messages. They use a separate random source, and a new kind draws last, so that the rest of a plan stays the same.
 */
export function scheduleSilentFaults(random: Random, replicas: Replicas): PlannedFault[] {
  const hung = random.pick(subgraphs.flatMap((name) => listReplicas(name, replicas)));
  const faults: PlannedFault[] = [
    { atMs: random.int(200, 6_000), fault: { do: 'pause', process: hung, forMs: random.int(1_000, 4_000) } },
  ];
  if (random.chance(0.5)) faults.push({ atMs: random.int(500, 6_500), fault: { do: 'forget', server: 'redis' } });
  return [...faults, ...createPurgeFaults(random, replicas), ...createFullDiskFaults(random, replicas)];
}

/** Its workers are down, so that messages wait there. */
function createPurgeFaults(random: Random, replicas: Replicas): PlannedFault[] {
  const [queue, atMs] = [random.pick(coveredQueues), random.int(300, 5_000)];
  const [downMs, forMs] = [random.int(500, 1_500), random.int(1_000, 2_500)];
  return [
    { atMs, fault: { do: 'lose', queue, forMs } },
    ...listReplicas(queue, replicas).map((process): PlannedFault => ({ atMs, fault: { do: 'kill', process, downMs } })),
  ];
}

function createFullDiskFaults(random: Random, replicas: Replicas): PlannedFault[] {
  if (random.chance(0.4)) return [];
  const [process, forMs] = [random.pick(listProcesses(replicas)), random.int(1_000, 3_000)];
  return [{ atMs: random.int(300, 5_000), fault: { do: 'fill', process, forMs } }];
}

function createIntakeFault(random: Random): Fault {
  const [downMs, forMs] = [random.int(0, 1_500), random.int(1_000, 3_000)];
  return random.pick<Fault>([
    { do: 'kill', process: 'csv-loader', downMs },
    { do: 'kill', process: 'upload-tracker', downMs },
    { do: 'silence', link: getLinkName('uploads', 'rabbitmq'), forMs },
    { do: 'silence', link: getLinkName('gateway', 'redis'), forMs },
  ]);
}

/** Messages that the outbox sent and RabbitMQ did not receive: only the missing confirm shows it. */
function createPublishFaults(random: Random, replicas: Replicas): PlannedFault[] {
  const [atMs, forMs] = [random.int(500, 5_000), random.int(1_000, 2_500)];
  return listReplicas('uploads', replicas).map(
    (one): PlannedFault => ({ atMs, fault: { do: 'silence', link: getLinkName(one, 'rabbitmq'), forMs } }),
  );
}

/** Hits the loader, its database, or their link; every loader, since any of them may have the file. */
function createLoadFaults(random: Random, replicas: Replicas): PlannedFault[] {
  const atPercent = random.int(5, 90);
  const [downMs, forMs] = [random.int(0, 1_500), random.int(200, 2_000)];
  const what = random.pick(['kill', 'kill', 'cut', 'silence', 'crash'] as const);
  if (what === 'crash') return [{ atMs: 0, atPercent, fault: { do: what, server: 'mariadb', downMs } }];
  return listReplicas('csv-loader', replicas).map((process): PlannedFault => {
    const link = getLinkName(process, 'mariadb');
    if (what === 'kill') return { atMs: 0, atPercent, fault: { do: what, process, downMs } };
    return { atMs: 0, atPercent, fault: what === 'cut' ? { do: what, link } : { do: what, link, forMs } };
  });
}

/** Hits the process that reports the final status, or its signals: those are lost, while every subscriber stays connected. */
function createNotificationFaults(random: Random, replicas: Replicas): PlannedFault[] {
  const atPercent = random.int(80, 99);
  const [downMs, forMs] = [random.int(0, 1_500), random.int(2_000, 4_000)];
  const process = random.pick(['gateway', 'gateway', 'upload-tracker', 'query-refresher', 'notifier']);
  return listReplicas(process, replicas).map((one): PlannedFault => {
    if (process !== 'gateway') return { atMs: 0, atPercent, fault: { do: 'kill', process: one, downMs } };
    return { atMs: 0, atPercent, fault: { do: 'silence', link: getLinkName(one, 'redis'), forMs } };
  });
}
