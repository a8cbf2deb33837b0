import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

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
  parseValue: parse,
  parseLiteral(node) {
    if (node.kind !== Kind.INT && node.kind !== Kind.STRING) throw badValue(node.kind);
    return parse(node.value);
  },
});

function parse(value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d{1,40}$/.test(value)) return BigInt(value);
  throw badValue(JSON.stringify(value));
}

function badValue(shown: string | undefined): GraphQLError {
  return new GraphQLError(`${shown} is not a whole number`, { extensions: { code: 'BAD_USER_INPUT' } });
}
