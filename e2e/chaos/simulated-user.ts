import { setTimeout as pause } from 'node:timers/promises';
import { openClient, type UploadEvent } from '../client.ts';
import { type PlannedUpload, renderFile } from './workload.ts';

const query = `subscription ($id: ID!, $after: Int) {
  uploadStatus(id: $id, after: $after) { cursor status rowsRead rowsLoaded rowsRejected percent message at }
}`;
const retryDelayMs = 250;
const requestTimeoutMs = 20_000;

/** An event at a subscriber, with its time in the log. */
export type ReceivedEvent = UploadEvent & { readonly at: string };

/** The observations of an upload's client. */
export interface ClientHistory {
  readonly planned: PlannedUpload;
  id: string | null;
  /** Events received over all connections of the subscription. */
  readonly events: ReceivedEvent[];
  /** Arrival time of each event, in milliseconds since 1970. */
  readonly arrivals: number[];
  isFinished: boolean;
  /** Number of retried uploads and of reconnections. */
  uploadRetries: number;
  reconnects: number;
}

/** Reports an error that no fault may cause. */
export type ReportViolation = (what: string) => void;

/** Codes and reasons after which a client retries. */
const retryable = new Set(['UNAVAILABLE', 'RATE_LIMITED', 'IDEMPOTENCY_KEY_IN_USE', 'INTAKE_ABANDONED']);

/** A client with an account that retries everything until it succeeds or `signal` aborts. */
export async function createSimulatedUser(
  gatewayUrl: string,
  { signal, reportViolation }: { signal: AbortSignal; reportViolation: ReportViolation },
) {
  const client = openClient(gatewayUrl);
  const { token } = await client.register();

  async function send(history: ClientHistory): Promise<string | null> {
    const { key, kind } = history.planned;
    const file = { content: renderFile(history.planned), kind, filename: `${key}.csv`, key };
    for (; !signal.aborted; history.uploadRetries += 1) {
      const answer = await withTimeout(client.tryUpload(token, file)).catch(() => null);
      const id = answer?.data?.uploadFile?.id;
      if (id !== undefined) return id;
      for (const { message, extensions } of answer?.errors ?? []) {
        const { code, reason } = extensions;
        if (!retryable.has(code) && !retryable.has(reason))
          reportViolation(`upload ${key}: ${code} ${reason} ${message}`);
      }
      await pause(retryDelayMs, undefined, { signal }).catch(() => undefined);
    }
    return null;
  }

  async function follow(history: ClientHistory, id: string): Promise<void> {
    for (; !signal.aborted; history.reconnects += 1) {
      try {
        await followOnce(history, id);
        history.isFinished = !signal.aborted;
        return;
      } catch (error) {
        const text = error instanceof Error ? error.message : JSON.stringify(error);
        if (/"code":"(?!UNAVAILABLE|RATE_LIMITED)/.test(text))
          reportViolation(`subscription ${history.planned.key}: ${text}`);
      }
      await pause(retryDelayMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Receives events from the last one on, to the end of the log or of the connection. */
  async function followOnce(history: ClientHistory, id: string): Promise<void> {
    const connection = client.subscriptions(token);
    const end = () => void connection.dispose();
    signal.addEventListener('abort', end, { once: true });
    const variables = { id, after: history.events.at(-1)?.cursor ?? 0 };
    try {
      for await (const { data, errors } of connection.iterate<{ uploadStatus: ReceivedEvent }>({ query, variables })) {
        if (errors || !data) throw new Error(JSON.stringify(errors));
        history.events.push(data.uploadStatus);
        history.arrivals.push(Date.now());
      }
    } finally {
      signal.removeEventListener('abort', end);
      end();
    }
  }

  return {
    token,
    client,
    follow,
    /** Sends the file at its planned time, then follows it to its final status. */
    async live(planned: PlannedUpload, history: ClientHistory): Promise<void> {
      await pause(planned.atMs, undefined, { signal }).catch(() => undefined);
      history.id = await send(history);
      if (history.id !== null) await follow(history, history.id);
    },
  };
}

export type SimulatedUser = Awaited<ReturnType<typeof createSimulatedUser>>;

export const createHistory = (planned: PlannedUpload): ClientHistory => ({
  planned,
  id: null,
  events: [],
  arrivals: [],
  isFinished: false,
  uploadRetries: 0,
  reconnects: 0,
});

async function withTimeout<T>(work: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const late = pause(requestTimeoutMs, undefined, { signal: ended.signal }).then((): never => {
    throw new Error('There was no response in time.');
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    ended.abort();
  }
}
