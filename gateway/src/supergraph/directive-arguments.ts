import { type ConstDirectiveNode, Kind, valueFromASTUntyped } from 'graphql';

/** The arguments of a directive as plain values. */
export function directiveArguments(directive: ConstDirectiveNode): unknown {
  const fields = (directive.arguments ?? []).map(
    ({ name, value }) => ({ kind: Kind.OBJECT_FIELD, name, value }) as const,
  );
  return valueFromASTUntyped({ kind: Kind.OBJECT, fields });
}
