import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped } from 'graphql';

/** Hours end at 23: JavaScript's Date takes 24:00:00 and moves it to the next day. */
const dateTimePattern = /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;

/** ISO 8601 date and time with a zone, as a Date inside and in UTC outside; 30 February is refused, not moved to March. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'Date and time in ISO 8601 with a time zone, such as 2021-07-27T16:02:08Z.',
  serialize(value) {
    if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
    throw new GraphQLError('DateTime cannot represent a value that is not a valid Date');
  },
  parseValue: parseDateTime,
  parseLiteral(node) {
    if (node.kind !== Kind.STRING) throw invalidDateTime(node.kind);
    return parseDateTime(node.value);
  },
});

function parseDateTime(value: unknown): Date {
  if (typeof value !== 'string' || !dateTimePattern.test(value) || !dayExists(value))
    throw invalidDateTime(JSON.stringify(value));
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) throw invalidDateTime(JSON.stringify(value));
  return date;
}

function dayExists(value: string): boolean {
  const day = value.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

function invalidDateTime(shown: string | undefined): GraphQLError {
  return new GraphQLError(
    `${shown} is not a valid DateTime. Use ISO 8601 with a time zone, for example "2021-07-27T16:02:08Z".`,
    { extensions: { code: 'BAD_USER_INPUT', reason: 'VALUE_INVALID' } },
  );
}

/**
 * A whole number beyond GraphQL's 32 bits, a bigint inside. Outside a JSON number where JavaScript holds it exactly, else a
 * string of digits; both are accepted as input.
 */
export const BigIntScalar = new GraphQLScalarType<bigint, number | string>({
  name: 'BigInt',
  description: 'A whole number; as a string of digits where it exceeds 2^53 - 1.',
  serialize(value) {
    if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) {
      throw new GraphQLError('BigInt cannot represent a value that is not a whole number');
    }
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  },
  parseValue: parseBigInt,
  parseLiteral(node) {
    if (node.kind !== Kind.INT && node.kind !== Kind.STRING) throw invalidBigInt(node.kind);
    return parseBigInt(node.value);
  },
});

function parseBigInt(value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d{1,40}$/.test(value)) return BigInt(value);
  throw invalidBigInt(JSON.stringify(value));
}

function invalidBigInt(shown: string | undefined): GraphQLError {
  const extensions = { code: 'BAD_USER_INPUT', reason: 'VALUE_INVALID' };
  return new GraphQLError(`${shown} is not a whole number.`, { extensions });
}

/** Any JSON value, as it is. */
export const JsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value.',
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});
