import { readFileSync } from 'node:fs';

/** An edit of a few lines of the built code that removes a guarantee. */
export interface Sabotage {
  readonly name: string;
  /** The removed guarantee, for the report. */
  readonly guarantee: string;
  readonly edits: readonly { readonly file: string; readonly find: string; readonly replace: string }[];
}

const commitChunk = 'workers/csv-loader/dist/store/commit-chunk.js';
const writeChanges = 'const recordChanges = await writeChanges(connection, target, chunk.rows);';
const recordChanges = 'await recordChanges(version);';
const endOfChunk = 'return { ...before, committed, rowsRead, rowsLoaded, rowsRejected, reasons, version };';

/** Guarantees whose removal the suite must notice, so that a green run means something. */
export const sabotages: readonly Sabotage[] = [
  {
    name: 'no-confirm',
    guarantee: 'A publish resolves only after the confirm of the broker.',
    edits: [
      {
        file: 'libs/messaging/dist/publisher.js',
        find: 'unconfirmed.set(id, { settle });',
        replace: 'unconfirmed.set(id, { settle }); setImmediate(settle);',
      },
    ],
  },
  {
    name: 'checkpoint-apart',
    guarantee: 'The checkpoint is written in the transaction of its chunk.',
    edits: [
      { file: commitChunk, find: writeChanges, replace: '' },
      { file: commitChunk, find: recordChanges, replace: '' },
      {
        file: commitChunk,
        find: endOfChunk,
        replace: `await connection.commit(); await connection.beginTransaction(); ${writeChanges} ${recordChanges} ${endOfChunk}`,
      },
    ],
  },
  {
    name: 'last-write-wins',
    guarantee: 'A row is written only by an upload with a greater sequence.',
    edits: [
      {
        file: 'workers/csv-loader/dist/store/row-statements.js',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of the built code.
        find: 'IF(VALUES(sequence) > sequence, VALUES(${column}), ${column})',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of the built code.
        replace: 'VALUES(${column})',
      },
    ],
  },
  {
    name: 'unlocked-numbering',
    guarantee: "An upload's events are numbered under the lock of its row.",
    edits: [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of the built code.
      { file: 'prisma/uploads/dist/upload-rows.js', find: ' ORDER BY id ${lock}`', replace: '`' },
      {
        file: 'prisma/uploads/dist/status-recorder.js',
        find: '{ data: numbered }',
        replace: '{ data: numbered, skipDuplicates: true }',
      },
    ],
  },
  {
    name: 'no-read-again',
    guarantee: 'A subscription reads its log again after Redis came back, and every 5 s.',
    edits: [
      {
        file: 'gateway/dist/subscriptions/signals.js',
        find: '() => listeners.forEach((_channel, listener) => void listener())',
        replace: '() => undefined',
      },
      {
        file: 'gateway/dist/subscriptions/event-stream.js',
        find: 'await pause(quietMs);',
        replace: 'await pause(quietMs); continue;',
      },
    ],
  },
  {
    name: 'ack-first',
    guarantee: 'A delivery is acked after its effect.',
    edits: [
      {
        file: 'libs/messaging/dist/consumer.js',
        find: 'const { signal } = lost;',
        replace: 'const { signal } = lost; settle(channel, message, true);',
      },
      { file: 'libs/messaging/dist/consumer.js', find: '        settle(channel, message, isDone);', replace: '' },
    ],
  },
];

const root = new URL('../../../', import.meta.url);

/** The environment that applies the sabotage to every process; throws unless each text to replace is exactly once in the built code. */
export function createSabotageEnvironment({ name, edits }: Sabotage): Record<string, string> {
  for (const { file, find } of edits) {
    const count = readFileSync(new URL(file, root), 'utf8').split(find).length - 1;
    if (count !== 1)
      throw new Error(`The sabotage ${name} replaces a text that occurs ${count} times in ${file}: ${find}`);
  }
  return {
    NODE_OPTIONS: `--import=${new URL('register.mjs', import.meta.url).href} --disable-warning=ExperimentalWarning`,
    CHAOS_EDITS: JSON.stringify(edits),
    // Sending a lost message again would hide the loss.
    RECONCILE_AFTER_MS: '86400000',
  };
}
