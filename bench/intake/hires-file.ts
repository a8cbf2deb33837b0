import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { createRandom } from '../../scripts/sample/random.mjs';

const people = [
  'Ada Berg',
  "Bruno O'Hara",
  'Chidi Dvořák',
  'Dana Ito',
  'Emil Osei',
  'Fatima Quist',
  'Jún Tran',
  'Zoë Rossi',
];
const corruptions = [
  ([id, , ...rest]: string[]) => [id, '', ...rest],
  ([id, name, , ...rest]: string[]) => [id, name, 'yesterday', ...rest],
  ([id, name, at, , job]: string[]) => [id, name, at, '9999', job],
  ([id, ...rest]: string[]) => [`x${id}`, ...rest],
];

export const DEPARTMENTS = 8;
export const JOBS = 24;

export interface HiresFile {
  rows: number;
  good: number;
  /** As a user uploads it. */
  file: string;
  /** Its good rows alone, their times as the database writes them. */
  goodFile: string;
}

/** Writes a file of hires from `firstId` on, every hundredth corrupted, and beside it its good rows. The same arguments give the same files. */
export async function writeHires(folder: string, rows: number, firstId = 1): Promise<HiresFile> {
  const file = path.join(folder, `${firstId}-${rows}.csv`);
  const goodFile = path.join(folder, `${firstId}-${rows}.good.csv`);
  const outputs = [file, goodFile].map((name) => ({ stream: createWriteStream(name), text: '' }));
  const [all, goodOnes] = outputs;
  const random = createRandom(firstId);
  const below = (limit: number) => Math.floor(random() * limit);
  let good = 0;
  for (let id = firstId; all && goodOnes && id < firstId + rows; id++) {
    const name = `${people[below(people.length)]} ${below(100_000).toString(36)}`;
    const at = new Date(Date.UTC(2021, 0, 1) + below(63_072_000) * 1000).toISOString().slice(0, 19);
    const cells = [`${id}`, name, `${at}Z`, `${1 + below(DEPARTMENTS)}`, `${1 + below(JOBS)}`];
    const corrupt = id % 100 === 57 ? corruptions[below(corruptions.length)] : undefined;
    all.text += `${(corrupt ? corrupt(cells) : cells).join(',')}\n`;
    if (!corrupt) {
      good++;
      goodOnes.text += `${cells.with(2, at.replace('T', ' ')).join(',')}\n`;
    }
    if (all.text.length > 1_000_000) await Promise.all(outputs.map(flush));
  }
  await Promise.all(outputs.map(flush));
  await Promise.all(outputs.map(async ({ stream }) => once(stream.end(), 'finish')));
  return { rows, good, file, goodFile };
}

async function flush(output: { stream: NodeJS.WritableStream; text: string }): Promise<void> {
  const { stream, text } = output;
  output.text = '';
  if (!stream.write(text)) await once(stream, 'drain');
}
