import { setTimeout as pause } from 'node:timers/promises';
import { openClient, type UploadEvent } from '../open-client.ts';
import { fileOf, type PlannedUpload } from './workload.ts';

const query = `subscription ($id: ID!, $after: Int) {
  uploadStatus(id: $id, after: $after) { cursor status rowsRead rowsLoaded rowsRejected percent message at }
}`;
const againMs = 250;
const patienceMs = 20_000;

/** An event as a subscriber gets it, with its time in the log. */
export type ToldEvent = UploadEvent & { readonly at: string };

/** What one upload's client saw. */
export interface Story {
  readonly planned: PlannedUpload;
  id: string | null;
  /** Every event its subscription got, over all its connections. */
  readonly events: ToldEvent[];
  /** When each of them came, in milliseconds since 1970. */
  readonly arrivals: number[];
  isFinished: boolean;
  /** How often it had to send the file, and to connect its subscription, again. */
  sendsAgain: number;
  connectsAgain: number;
}

/** Something a client must never be told, whatever is broken. */
export type Complain = (what: string) => void;

/** Codes of answers that say "not now": a client tries again. */
const mayTryAgain = new Set(['UNAVAILABLE', 'RATE_LIMITED']);

/** A person with an account, who tries everything again until it is done or `signal` ends it. */
export async function openPerson(
  gatewayUrl: string,
  { signal, complain }: { signal: AbortSignal; complain: Complain },
) {
  const client = openClient(gatewayUrl);
  const { token } = await client.register();

  async function send(story: Story): Promise<string | null> {
    const { key, kind } = story.planned;
    const file = { content: fileOf(story.planned), kind, filename: `${key}.csv`, key };
    for (; !signal.aborted; story.sendsAgain += 1) {
      const answer = await beforePatienceEnds(client.tryUpload(token, file)).catch(() => null);
      const id = answer?.data?.uploadFile?.id;
      if (id !== undefined) return id;
      const isStreaming = (message: string) => message.includes('still streaming') || message.includes('given up');
      for (const { message, extensions } of answer?.errors ?? []) {
        const isConflict = extensions.code === 'CONFLICT' && isStreaming(message);
        if (!mayTryAgain.has(extensions.code) && !isConflict) complain(`upload ${key}: ${extensions.code} ${message}`);
      }
      await pause(againMs, undefined, { signal }).catch(() => undefined);
    }
    return null;
  }

  async function follow(story: Story, id: string): Promise<void> {
    for (; !signal.aborted; story.connectsAgain += 1) {
      try {
        await followOnce(story, id);
        story.isFinished = !signal.aborted;
        return;
      } catch (error) {
        const text = error instanceof Error ? error.message : JSON.stringify(error);
        if (/"code":"(?!UNAVAILABLE|RATE_LIMITED)/.test(text)) complain(`subscription ${story.planned.key}: ${text}`);
      }
      await pause(againMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** From the last event it got to the end of the log, or to whatever breaks the connection. */
  async function followOnce(story: Story, id: string): Promise<void> {
    const connection = client.subscriptions(token);
    const end = () => void connection.dispose();
    signal.addEventListener('abort', end, { once: true });
    const variables = { id, after: story.events.at(-1)?.cursor ?? 0 };
    try {
      for await (const { data, errors } of connection.iterate<{ uploadStatus: ToldEvent }>({ query, variables })) {
        if (errors || !data) throw new Error(JSON.stringify(errors));
        story.events.push(data.uploadStatus);
        story.arrivals.push(Date.now());
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
    /** Sends the file when it is time, then follows it to its end. */
    async live(planned: PlannedUpload, story: Story): Promise<void> {
      await pause(planned.atMs, undefined, { signal }).catch(() => undefined);
      story.id = await send(story);
      if (story.id !== null) await follow(story, story.id);
    },
  };
}

export type Person = Awaited<ReturnType<typeof openPerson>>;

export const newStory = (planned: PlannedUpload): Story => ({
  planned,
  id: null,
  events: [],
  arrivals: [],
  isFinished: false,
  sendsAgain: 0,
  connectsAgain: 0,
});

async function beforePatienceEnds<T>(work: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const late = pause(patienceMs, undefined, { signal: ended.signal }).then((): never => {
    throw new Error('There was no answer in time.');
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    ended.abort();
  }
}
