import { type DocumentNode, type GraphQLSchema, getOperationAST } from 'graphql';
import type { Viewer } from '../auth/caller.ts';
import { hashAccount, type KnownAddresses } from './known-addresses.ts';
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

/**
 * An account that an argument names is limited over all addresses too, against guessing from many of them; much more
 * generously, and never for an address where the account was in use, so that nobody can lock its owner out.
 */
const accountFactor = 20;

/** Counts per viewer, per address, and for some fields per address and per account, each in its own buckets. */
export function createCheckRates(options: {
  drawTokens: DrawTokens;
  perViewer: Rate | null;
  perAddress: Rate | null;
  fields: readonly FieldRate[];
  known: KnownAddresses;
}): CheckRates {
  const { perAddress, perViewer, drawTokens, known } = options;
  const byField = new Map(options.fields.map((rate) => [rate.field, rate]));

  return async ({ schema, document, operationName, variables }, { viewer, address }) => {
    const draws = new Map<string, Draw>();
    function add(key: string, { count, periodMs }: Rate) {
      draws.set(key, { key, count, periodMs, tokens: (draws.get(key)?.tokens ?? 0) + 1 });
    }
    if (perAddress) add(`address:${address}`, perAddress);
    if (viewer) known.remember(viewer.email, address);
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
    throw new TryLater('RATE_LIMITED', message, { limit: 'RATE_LIMIT', retryAfterSeconds });
  };
}

const inside = (value: unknown, path: readonly string[]) =>
  path.reduce<unknown>((outer, name) => (Object.hasOwn(Object(outer), name) ? Object(outer)[name] : undefined), value);
