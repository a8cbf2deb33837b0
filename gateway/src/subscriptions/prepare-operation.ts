import {
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';

/** Parses and validates an operation; the arguments to run it with, or what is wrong with it. */
export function prepareOperation(
  operation: {
    query: string;
    operationName?: string | null | undefined;
    variables?: Record<string, unknown> | null | undefined;
  },
  { schema, rules }: { schema: GraphQLSchema; rules: ValidationRule[] },
): ExecutionArgs | readonly GraphQLError[] {
  try {
    const document = parse(operation.query);
    const errors = validate(schema, document, [...specifiedRules, ...rules]);
    if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
    const { operationName = null, variables: variableValues = null } = operation;
    return { schema, document, operationName, variableValues };
  } catch (error) {
    if (error instanceof GraphQLError) return [withCode(error, 'GRAPHQL_PARSE_FAILED')];
    throw error;
  }
}

function withCode({ message, nodes, source, positions, extensions }: GraphQLError, code: string) {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions: { code, ...extensions },
  });
}
