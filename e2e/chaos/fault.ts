import type { Server } from './topology.ts';

/** A fault and its duration. */
export type Fault =
  | { readonly do: 'kill'; readonly process: string; readonly downMs: number }
  | { readonly do: 'terminate'; readonly process: string; readonly downMs: number }
  | { readonly do: 'pause'; readonly process: string; readonly forMs: number }
  | { readonly do: 'crash'; readonly server: Server; readonly downMs: number }
  | { readonly do: 'cut'; readonly link: string }
  | { readonly do: 'refuse'; readonly link: string; readonly forMs: number }
  | { readonly do: 'slow'; readonly link: string; readonly byMs: number; readonly forMs: number }
  | { readonly do: 'stall'; readonly link: string; readonly forMs: number }
  | { readonly do: 'silence'; readonly link: string; readonly forMs: number }
  | { readonly do: 'forget'; readonly server: 'redis' }
  | { readonly do: 'lose'; readonly queue: string; readonly forMs: number }
  | { readonly do: 'fill'; readonly process: string; readonly forMs: number };

export interface PlannedFault {
  /** Milliseconds from the start of the run. */
  readonly atMs: number;
  /** Waits until this percentage of the large file's rows is committed. */
  readonly atPercent?: number;
  readonly fault: Fault;
}

/** The target of a fault: a process, a server, a queue or a link. */
export function getTargetName(fault: Fault): string {
  if ('process' in fault) return fault.process;
  if ('server' in fault) return fault.server;
  return 'queue' in fault ? `queue ${fault.queue}` : fault.link;
}

/** A fault as text: `at 300 ms kill csv-loader`. */
export function describeFault({ atMs, atPercent, fault }: PlannedFault): string {
  const detail = 'byMs' in fault ? `by ${fault.byMs} ms for ${fault.forMs} ms` : formatDuration(fault);
  const moment = atPercent === undefined ? `${atMs} ms` : `${atPercent} % of the large file`;
  return `at ${moment} ${fault.do} ${getTargetName(fault)}${detail}`;
}

function formatDuration(fault: Fault): string {
  if ('downMs' in fault) return `, back after ${fault.downMs} ms`;
  return 'forMs' in fault ? ` for ${fault.forMs} ms` : '';
}
