import type { Fault, PlannedFault } from './fault.ts';
import { createRandom, type Random } from './random.ts';
import { scheduleFaults, scheduleSilentFaults } from './scheduled-faults.ts';
import { getLinkName, listLinks, listProcesses, servers } from './topology.ts';
import { type PlannedUpload, planUploads } from './workload.ts';

/** The plan of a run; it depends only on the seed. */
export interface Plan {
  readonly seed: number;
  readonly replicas: Readonly<Record<string, number>>;
  /** Delay of each link during the whole run, in milliseconds and in each direction. */
  readonly latencies: Readonly<Record<string, number>>;
  readonly uploads: readonly PlannedUpload[];
  readonly faults: readonly PlannedFault[];
}

const lengthMs = 7_000;
const replicatedDeployables = ['gateway', 'uploads', 'csv-loader', 'upload-tracker', 'query-refresher', 'notifier'];

export function createPlan(seed: number): Plan {
  const random = createRandom(seed);
  const replicas = Object.fromEntries(replicatedDeployables.map((name) => [name, random.chance(0.3) ? 2 : 1]));
  const faults: PlannedFault[] = Array.from({ length: random.int(9, 14) }, () => ({
    atMs: random.int(200, lengthMs),
    fault: planFault(random, replicas),
  }));
  faults.push(...scheduleFaults(random, replicas), ...scheduleSilentFaults(createRandom(seed ^ 4096), replicas));
  return {
    seed,
    replicas,
    latencies: Object.fromEntries(listLinks(replicas).map((link) => [link, random.chance(0.5) ? random.int(1, 8) : 0])),
    uploads: planUploads(random.int(1, 2 ** 31), lengthMs),
    faults: faults.sort((a, b) => (a.atPercent ?? 0) - (b.atPercent ?? 0) || a.atMs - b.atMs),
  };
}

function planFault(random: Random, replicas: Plan['replicas']): Fault {
  const process = random.pick(listProcesses(replicas));
  // Chosen by target first, so that the many links of one kind do not crowd out those of messages.
  const target = random.pick(['rabbitmq', 'rabbitmq', 'mariadb', 'mariadb', 'redis', 'other']);
  const link = random.pick(listLinks(replicas).filter((name) => getTargetKind(name) === target));
  const downMs = random.int(0, 1_500);
  const forMs = random.int(200, 3_000);
  return random.pick<Fault>([
    { do: 'kill', process, downMs },
    { do: 'kill', process, downMs },
    { do: 'kill', process, downMs },
    { do: 'terminate', process, downMs },
    { do: 'pause', process, forMs },
    { do: 'crash', server: random.pick(servers), downMs },
    { do: 'crash', server: random.pick(servers), downMs },
    { do: 'cut', link },
    { do: 'refuse', link, forMs },
    { do: 'slow', link, byMs: random.int(5, 100), forMs },
    { do: 'stall', link, forMs },
    { do: 'silence', link, forMs },
    { do: 'silence', link, forMs },
    { do: 'silence', link, forMs },
  ]);
}

const getTargetKind = (link: string) => servers.find((server) => link.endsWith(getLinkName('', server))) ?? 'other';
