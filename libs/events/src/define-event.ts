import type { z } from 'zod';

/** A message as an earlier version of the system published it; such messages can still be queued after an upgrade. */
export interface FormerMessage {
  readonly type: string;
  readonly binding: string;
  /** The body as it would be published now; undefined for a body of another form. */
  toCurrent(body: unknown): unknown;
}

/**
 * One message contract: its type, `<database>.<entity>.<past participle>`, and the form of its body. A type that begins with
 * `*` stands for a family, such as the `work.completed` messages of all workers: it is consumed and never published.
 */
export interface EventContract<T extends string = string, S extends z.ZodType = z.ZodType> {
  readonly type: T;
  readonly body: S;
  /** The routing key a body is published with: the type, or the type and a suffix taken from the body. */
  routingKey(body: z.output<S>): string;
  /** The binding pattern a queue uses to get all messages of the type. */
  readonly binding: string;
  readonly former: readonly FormerMessage[];
}

export type BodyOf<E extends EventContract> = z.output<E['body']>;

interface EventOptions<S extends z.ZodType> {
  /** For the one type whose routing key also carries the kind. */
  readonly suffix?: (body: z.output<S>) => string;
  readonly former?: readonly FormerMessage[];
}

/** Defines a contract. */
export function defineEvent<T extends string, S extends z.ZodType>(
  type: T,
  body: S,
  { suffix, former = [] }: EventOptions<S> = {},
): EventContract<T, S> {
  return {
    type,
    body,
    routingKey(value) {
      if (type.includes('*')) throw new Error(`${type} is a family of messages and cannot be published.`);
      return suffix ? `${type}.${suffix(value)}` : type;
    },
    binding: suffix ? `${type}.*` : type,
    former,
  };
}

/** Defines how messages of an earlier version are read; their bodies must have the form of `schema`. */
export function defineFormer<S extends z.ZodType>(
  type: string,
  schema: S,
  convert: (body: z.output<S>) => unknown,
  binding = type,
): FormerMessage {
  return {
    type,
    binding,
    toCurrent(body) {
      const parsed = schema.safeParse(body);
      return parsed.success ? convert(parsed.data) : undefined;
    },
  };
}

/** Whether messages of this type, as published now or by an earlier version, belong to the contract. */
export function acceptsType({ type: pattern, former }: EventContract, type: string): boolean {
  return matchesPattern(pattern, type) || former.some((message) => message.type === type);
}

/** The types of a contract's messages, those of earlier versions included. */
export const typesOf = ({ type, former }: EventContract): string[] => [
  ...new Set([type, ...former.map((one) => one.type)]),
];

/** The patterns that bind a queue to all messages of a contract, those of earlier versions included. */
export const bindingsOf = ({ binding, former }: EventContract): string[] => [
  ...new Set([binding, ...former.map((one) => one.binding)]),
];

/** Parses a body that was published with this type; one of an earlier version is converted first. */
export function parseBody<S extends z.ZodType>(
  { body: schema, former }: EventContract<string, S>,
  type: string,
  body: unknown,
): z.ZodSafeParseResult<z.output<S>> {
  for (const message of former) {
    const current = message.type === type ? message.toCurrent(body) : undefined;
    if (current !== undefined) return schema.safeParse(current);
  }
  return schema.safeParse(body);
}

function matchesPattern(pattern: string, type: string): boolean {
  if (!pattern.startsWith('*')) return pattern === type;
  const [words, rest] = [type.split('.'), pattern.split('.').slice(1)];
  return words.length === rest.length + 1 && rest.every((word, index) => word === words[index + 1]);
}
