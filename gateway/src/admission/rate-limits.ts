import { badConfig, type Log } from '@tributary/core';
import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isInputObjectType,
} from 'graphql';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { RetryAfterError } from '../errors.ts';
import { listRootFields, readValue } from '../graphql/ast.ts';
import type { Viewer } from './caller.ts';
import { hashAccount, type KnownAddresses } from './known-addresses.ts';

/** Counts an operation of a client; throws RATE_LIMITED above its rate. */
export type CheckRates = (
  operation: {
    schema: GraphQLSchema;
    document: DocumentNode;
    operationName?: string | null | undefined;
    variables?: Readonly<Record<string, unknown>> | null | undefined;
  },
  client: { viewer: Viewer | null; address: string },
) => Promise<void>;

/**
 * An account that an argument names has a limit over all addresses too, against guessing from many addresses. That
 * limit is much higher, and does not apply to an address where the account was in use, so that nobody can lock out its
 * owner.
 */
const accountFactor = 20;

/** Counts per viewer, per address, and for some fields per address and per account, each in its own buckets. */
export function createCheckRates(options: {
  drawTokens: ConsumeTokens;
  perViewer: Rate | null;
  perAddress: Rate | null;
  fields: readonly FieldRate[];
  known: KnownAddresses;
}): CheckRates {
  const { perAddress, perViewer, drawTokens, known } = options;
  const byField = new Map(options.fields.map((rate) => [rate.field, rate]));

  return async ({ schema, document, operationName, variables }, { viewer, address }) => {
    const draws = new Map<string, TokenRequest>();
    function add(key: string, { count, periodMs }: Rate) {
      draws.set(key, { key, count, periodMs, tokens: (draws.get(key)?.tokens ?? 0) + 1 });
    }
    if (perAddress) add(`address:${address}`, perAddress);
    if (viewer) known.remember(viewer.email, address);
    if (perViewer && viewer) add(`viewer:${viewer.sub}`, perViewer);
    const operation = byField.size > 0 ? getOperationAST(document, operationName) : null;
    const root = operation && schema.getRootType(operation.operation)?.name;
    for (const node of operation ? listRootFields(operation.selectionSet, document) : []) {
      const rate = byField.get(`${root}.${node.name.value}`);
      if (!rate) continue;
      add(`${rate.field}:address:${address}`, rate);
      const [name, ...path] = rate.account;
      const argument = node.arguments?.find((each) => each.name.value === name);
      const given = argument ? inside(readValue(argument.value, variables ?? {}), path) : undefined;
      if (rate.account.length === 0) {
        if (viewer) add(`${rate.field}:account:${hashAccount(viewer.sub)}`, rate);
      } else if (given !== undefined && given !== null && !(await known.has(String(given), address))) {
        const wide = { ...rate, count: rate.count * accountFactor };
        add(`${rate.field}:account:${hashAccount(String(given))}`, wide);
      }
    }
    const waitMs = await drawTokens([...draws.values()]);
    if (waitMs <= 0) return;
    const retryAfterSeconds = Math.ceil(waitMs / 1000);
    const message = `Too many requests. Try again in ${retryAfterSeconds} s.`;
    throw new RetryAfterError('RATE_LIMITED', message, { limit: 'RATE_LIMIT', retryAfterSeconds });
  };
}

const inside = (value: unknown, path: readonly string[]) =>
  path.reduce<unknown>((outer, name) => (Object.hasOwn(Object(outer), name) ? Object(outer)[name] : undefined), value);

/** A number of requests per period; all of them may come at once. */
export interface Rate {
  count: number;
  periodMs: number;
}

export interface FieldRate extends Rate {
  /** `Mutation.login`. */
  field: string;
  /** The path of the argument that names the account; empty for the viewer's own. */
  account: string[];
}

const pattern = /^(\d{1,9})\/(\d{1,6})s$/;

function readRate(text: string): Rate | undefined {
  const [, count, seconds] = pattern.exec(text) ?? [];
  const rate = { count: Number(count), periodMs: Number(seconds) * 1000 };
  return rate.count > 0 && rate.periodMs > 0 ? rate : undefined;
}

/** `600/60s`, or `off`. */
export const rateOrOff = z.string().transform((text, context): Rate | null => {
  const rate = readRate(text);
  if (!rate && text !== 'off') context.addIssue({ code: 'custom', message: 'must look like 600/60s, or be off' });
  return rate ?? null;
});

/**
 * A comma-separated list of `Mutation.login(email)=10/60s`, or `off`; the argument is optional and may be nested:
 * `(input.email)`.
 */
export const fieldRates = z.string().transform((text, context): FieldRate[] => {
  if (text === 'off') return [];
  const entries = text.split(',').map((each) => each.trim());
  return entries.filter(Boolean).flatMap((entry) => {
    const [, field = '', account, given = ''] = /^(\w+\.\w+)(?:\(([\w.]+)\))?=(.+)$/.exec(entry) ?? [];
    const rate = readRate(given);
    if (rate) return [{ field, account: account?.split('.') ?? [], ...rate }];
    context.addIssue({ code: 'custom', message: `"${entry}" must look like Mutation.login(email)=10/60s` });
    return [];
  });
});

/**
 * Throws BAD_CONFIG for a rate that would never be counted: its field is not a root field of this graph, or lacks the
 * argument.
 */
export function checkFieldRates(schema: GraphQLSchema, rates: readonly FieldRate[]): void {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const { field: place, account } of rates) {
    const [type, name = ''] = place.split('.');
    const field = roots.find((root) => root?.name === type)?.getFields()[name];
    if (!field) throw badConfig(`RATE_LIMITED_FIELDS: the graph has no field "${place}" at its top`);
    let inputs: readonly { name: string; type: GraphQLInputType }[] = field.args;
    for (const step of account) {
      const input = inputs.find((each) => each.name === step);
      if (!input) throw badConfig(`RATE_LIMITED_FIELDS: "${place}" takes no argument "${account.join('.')}"`);
      const inside = getNamedType(input.type);
      inputs = isInputObjectType(inside) ? Object.values(inside.getFields()) : [];
    }
  }
}

export interface TokenRequest extends Rate {
  key: string;
  tokens: number;
}

/**
 * The generic cell rate algorithm: a token bucket stored as the time at which it is full again. Either all buckets
 * grant the request or none does. Uses Redis time. Returns 0 if granted, otherwise the milliseconds until it would be.
 */
const draw = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local wait = 0
local full = {}
for i, key in ipairs(KEYS) do
  local period = tonumber(ARGV[3 * i - 2])
  local each = period / tonumber(ARGV[3 * i - 1])
  full[i] = math.max(now, tonumber(redis.call('GET', key) or now)) + tonumber(ARGV[3 * i]) * each
  wait = math.max(wait, full[i] - period - now)
end
if wait > 0.5 then return math.ceil(wait) end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.3f', full[i]), 'PX', math.ceil(full[i] - now) + 1)
end
return 0
`;

export type ConsumeTokens = (draws: readonly TokenRequest[]) => Promise<number>;

/**
 * Takes tokens from buckets in Redis, which all gateways share. While Redis is unavailable everything is admitted,
 * which is logged once.
 */
export function createTokenBuckets({ redis, prefix, log }: { redis: Redis; prefix: string; log: Log }): ConsumeTokens {
  let isUnavailable = false;

  function note(isAwayNow: boolean, error?: unknown) {
    if (isAwayNow === isUnavailable) return;
    isUnavailable = isAwayNow;
    if (isUnavailable) log.warn({ err: error }, 'rate limits suspended, Redis unavailable');
    else log.info({}, 'rate limits resumed, Redis recovered');
  }

  return async (draws) => {
    if (draws.length === 0) return 0;
    try {
      // Waiting for a connection would delay each operation, and nothing has to be known before the first one.
      if (redis.status !== 'ready') throw new Error(`The connection to Redis is ${redis.status}`);
      const keys = draws.map(({ key }) => `${prefix}rate:${key}`);
      const values = draws.flatMap(({ periodMs, count, tokens }) => [periodMs, count, tokens]);
      const wait = Number(await redis.eval(draw, keys.length, ...keys, ...values));
      note(false);
      return wait;
    } catch (error) {
      note(true, error);
      return 0;
    }
  };
}
