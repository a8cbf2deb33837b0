import { access, readdir } from 'node:fs/promises';
import { badConfig } from '@tributary/core';
import type { WorkerDefinition } from '@tributary/worker';
import { z } from 'zod';

const workersFolder = new URL('..', import.meta.url);
const definitionModule = z.looseObject({
  default: z.custom<WorkerDefinition>(
    (value) => typeof value === 'object' && value !== null && 'handle' in value && 'consumes' in value,
  ),
});

/** The built worker in the folder of that name; BAD_CONFIG lists the workers there are when there is none. */
export async function loadDefinition(name: string): Promise<WorkerDefinition> {
  const names = await listWorkers();
  if (!names.includes(name)) {
    throw badConfig(`There is no worker "${name}". Built are: ${names.join(', ') || 'none; run npm run build'}.`);
  }
  const module: unknown = await import(toFile(name).href);
  return definitionModule.parse(module).default;
}

/** The names of the folders that hold a built worker, sorted. */
export async function listWorkers(): Promise<string[]> {
  const folders = await readdir(workersFolder, { withFileTypes: true });
  const candidates = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const built = await Promise.all(
    candidates.map((name) =>
      access(toFile(name)).then(
        () => [name],
        () => [],
      ),
    ),
  );
  return built.flat().sort();
}

const toFile = (name: string) => new URL(`${name}/dist/worker.js`, workersFolder);
