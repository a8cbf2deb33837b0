import { readdir, readFile } from 'node:fs/promises';

/** The schema of a subgraph: all its *.graphql files, the generated ones too. */
export async function readTypeDefs(folder: URL): Promise<string> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.graphql')).sort();
  return (await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')))).join('\n');
}
