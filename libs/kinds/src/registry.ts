import { readFileSync } from 'node:fs';
import { invalidArgument, invalidInput } from '@tributary/core';
import { z } from 'zod';
import { type KindDefinition, kindEntry } from './define-kind.ts';

const registeredKind = kindEntry.extend({
  /** The folder of the worker that processes uploads of this kind. */
  worker: z.string(),
  /** JSON Schema of the options. */
  options: z.record(z.string(), z.unknown()),
});
const permission = z.strictObject({ name: z.string(), description: z.string() });
const registryFile = z.strictObject({ kinds: z.array(registeredKind), permissions: z.array(permission) });

export type Permission = z.output<typeof permission>;

export type RegisteredKind = z.output<typeof registeredKind>;

interface Registry {
  readonly kinds: readonly RegisteredKind[];
  readonly permissions: readonly Permission[];
}

let registry: Registry | undefined;

/** Read on first use: the command that writes the file loads this module too. */
function loadRegistry(): Registry {
  registry ??= registryFile.parse(JSON.parse(readFileSync(new URL('../kinds.json', import.meta.url), 'utf8')));
  return registry;
}

/** All kinds of upload, as `npm run compose` found them in workers/<name>/src/kinds.ts. */
export const listKinds = (): readonly RegisteredKind[] => loadRegistry().kinds;

/** All permissions that subgraphs and kinds declare, ADMIN last. */
export const listPermissions = (): readonly Permission[] => loadRegistry().permissions;

/** The kind of that name, or undefined: an upload may be older than the removal of its kind. */
export const findKind = (name: string): RegisteredKind | undefined => listKinds().find((kind) => kind.name === name);

/** The kind of that name; BAD_USER_INPUT lists those that exist. */
export function getKind(name: string): RegisteredKind {
  const kind = findKind(name);
  if (kind !== undefined) return kind;
  const names = listKinds().map((one) => one.name);
  throw invalidArgument(['kind'], 'KIND_UNKNOWN', `There is no kind ${name}. Kinds are: ${names.join(', ')}.`);
}

const optionSchemas = new Map<string, z.ZodType>();

/** The options with their defaults; BAD_USER_INPUT has a problem for each that is wrong. */
export function parseOptions(kind: RegisteredKind, given: unknown): Record<string, unknown> {
  const schema = optionSchemas.get(kind.name) ?? z.fromJSONSchema(kind.options);
  optionSchemas.set(kind.name, schema);
  const parsed = schema.safeParse(given ?? {});
  if (parsed.success) return z.record(z.string(), z.unknown()).parse(parsed.data);
  const code = 'OPTION_INVALID';
  const problems = parsed.error.issues.map(({ path, message }) => ({ path: toPath(path), code, message }) as const);
  const list = problems.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw invalidInput(`These options do not fit an upload of the kind ${kind.name}: ${list}.`, {
    reason: code,
    problems,
  });
}

const toPath = (path: readonly PropertyKey[]) => [
  'options',
  ...path.map((step) => (typeof step === 'symbol' ? String(step) : step)),
];

/** A kind's entry in the registry. */
export function toRegistryEntry(worker: string, { options, ...kind }: KindDefinition): RegisteredKind {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(options, { io: 'input' });
  return registeredKind.parse({ worker, ...kind, options: schema });
}
