import type { z } from 'zod';

/** One message contract: its type, `<database>.<entity>.<past participle>`, and the shape of its body. */
export interface EventContract<T extends string = string, S extends z.ZodType = z.ZodType> {
  readonly type: T;
  readonly body: S;
  /** The routing key a body is published with: the type, or the type and a suffix taken from the body. */
  routingKey(body: z.output<S>): string;
  /** The binding pattern a queue uses to get all of them. */
  readonly binding: string;
}

export type BodyOf<E extends EventContract> = z.output<E['body']>;

/** Defines a contract; `suffix` is for the one type whose routing key also carries the kind. */
export function defineEvent<T extends string, S extends z.ZodType>(
  type: T,
  body: S,
  suffix?: (body: z.output<S>) => string,
): EventContract<T, S> {
  return {
    type,
    body,
    routingKey: (value) => (suffix ? `${type}.${suffix(value)}` : type),
    binding: suffix ? `${type}.*` : type,
  };
}
