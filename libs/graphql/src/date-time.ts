import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

/** Hours end at 23: JavaScript's Date takes 24:00:00 and moves it to the next day. */
const pattern = /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;

/** ISO 8601 date and time with a zone, as a Date inside and in UTC outside; 30 February is refused, not moved to March. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'Date and time in ISO 8601 with a time zone, such as 2021-07-27T16:02:08Z.',
  serialize(value) {
    if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
    throw new GraphQLError('DateTime cannot represent a value that is not a valid Date');
  },
  parseValue: parse,
  parseLiteral(node) {
    if (node.kind !== Kind.STRING) throw badValue(node.kind);
    return parse(node.value);
  },
});

function parse(value: unknown): Date {
  if (typeof value !== 'string' || !pattern.test(value) || !dayExists(value)) throw badValue(JSON.stringify(value));
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) throw badValue(JSON.stringify(value));
  return date;
}

function dayExists(value: string): boolean {
  const day = value.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

function badValue(shown: string | undefined): GraphQLError {
  return new GraphQLError(
    `${shown} is not a valid DateTime. Use ISO 8601 with a time zone, for example "2021-07-27T16:02:08Z".`,
    {
      extensions: { code: 'BAD_USER_INPUT' },
    },
  );
}
