import { createHash } from 'node:crypto';
import { type DocumentNode, type GraphQLSchema, getOperationAST } from 'graphql';
import type { Viewer } from '../auth/caller.ts';
import type { FieldRate, Rate } from './rates.ts';
import { readValue } from './read-value.ts';
import { rootFields } from './root-fields.ts';
import type { Draw, DrawTokens } from './token-buckets.ts';
import { TryLater } from './try-later.ts';

/** Counts an operation of a client; throws RATE_LIMITED when there were too many. */
export type CheckRates = (
  operation: {
    schema: GraphQLSchema;
    document: DocumentNode;
    operationName?: string | null | undefined;
    variables?: Readonly<Record<string, unknown>> | null | undefined;
  },
  client: { viewer: Viewer | null; address: string },
) => Promise<void>;

/** Counts per viewer, per address, and for some fields per address and per account, each in buckets of its own. */
export function createCheckRates(options: {
  drawTokens: DrawTokens;
  perViewer: Rate | null;
  perAddress: Rate | null;
  fields: readonly FieldRate[];
}): CheckRates {
  const { perAddress, perViewer, drawTokens } = options;
  const byField = new Map(options.fields.map((rate) => [rate.field, rate]));

  return async ({ schema, document, operationName, variables }, { viewer, address }) => {
    const draws = new Map<string, Draw>();
    function add(key: string, { count, periodMs }: Rate) {
      draws.set(key, { key, count, periodMs, tokens: (draws.get(key)?.tokens ?? 0) + 1 });
    }
    if (perAddress) add(`address:${address}`, perAddress);
    if (perViewer && viewer) add(`viewer:${viewer.sub}`, perViewer);
    const operation = byField.size > 0 ? getOperationAST(document, operationName) : null;
    const root = operation && schema.getRootType(operation.operation)?.name;
    for (const node of operation ? rootFields(operation.selectionSet, document) : []) {
      const rate = byField.get(`${root}.${node.name.value}`);
      if (!rate) continue;
      add(`${rate.field}:address:${address}`, rate);
      const [name, ...path] = rate.account;
      const argument = node.arguments?.find((each) => each.name.value === name);
      const given = argument ? inside(readValue(argument.value, variables ?? {}), path) : undefined;
      const account = rate.account.length === 0 ? viewer?.sub : given;
      if (account !== undefined && account !== null) add(`${rate.field}:account:${hashOf(String(account))}`, rate);
    }
    const waitMs = await drawTokens([...draws.values()]);
    if (waitMs <= 0) return;
    const retryAfterSeconds = Math.ceil(waitMs / 1000);
    const message = `Too many requests; try again in ${retryAfterSeconds} s`;
    throw new TryLater('RATE_LIMITED', message, { limit: 'RATE_LIMIT', retryAfterSeconds });
  };
}

const inside = (value: unknown, path: readonly string[]) =>
  path.reduce<unknown>((outer, name) => (Object.hasOwn(Object(outer), name) ? Object(outer)[name] : undefined), value);

/** Accounts and tokens are not for Redis to know; how an address is spelled makes no other account of it. */
const hashOf = (account: string) =>
  createHash('sha256').update(account.trim().toLowerCase()).digest('hex').slice(0, 32);
