import { openAsBlob } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { uploadMutation } from '../../e2e/client.ts';
import type { BenchStack } from '../harness/bench-stack.ts';

const record = z.object({
  status: z.string(),
  rowsLoaded: z.number(),
  rowsRejected: z.number(),
  events: z.array(z.object({ status: z.string(), at: z.string() })),
});
const query =
  'query ($id: ID!) { fileUpload(id: $id) { status rowsLoaded rowsRejected events(first: 1000) { status at } } }';

/** Seconds of an upload: until it was accepted, from there until its rows were committed, from there until the answers had them. */
export const timing = z.object({ transferS: z.number(), loadedS: z.number(), completedS: z.number() });

/** Uploads a file through the gateway as a user would and waits for its end; throws where not exactly `good` rows were loaded. */
export async function sendFile(
  { client, token }: BenchStack,
  { file, kind, good }: { file: string; kind: string; good?: number },
): Promise<z.output<typeof timing>> {
  const startedAt = Date.now();
  const form = new FormData();
  form.set('operations', JSON.stringify({ query: uploadMutation, variables: { file: null, kind } }));
  form.set('map', JSON.stringify({ 0: ['variables.file'] }));
  form.set('0', await openAsBlob(file, { type: 'text/csv' }), 'hires.csv');
  const headers = { 'apollo-require-preflight': 'true', authorization: `Bearer ${await token()}` };
  const { data, errors } = await client.send(form, headers);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  for (;;) {
    await sleep(250);
    const answer = await client.data(query, { id: data.uploadFile.id }, await token());
    const { status, rowsLoaded, events } = record.parse(answer.fileUpload);
    if (['FAILED', 'CANCELLED'].includes(status)) throw new Error(`The upload ended ${status}.`);
    if (status !== 'COMPLETED') continue;
    if (good !== undefined && rowsLoaded !== good) throw new Error(`${rowsLoaded} rows were loaded, not ${good}.`);
    const at = (wanted: string) => Date.parse(events.find((event) => event.status === wanted)?.at ?? '');
    const [received, loaded, completed] = [at('RECEIVED'), at('LOADED'), at('COMPLETED')];
    return {
      transferS: (received - startedAt) / 1000,
      loadedS: (loaded - received) / 1000,
      completedS: (completed - loaded) / 1000,
    };
  }
}
