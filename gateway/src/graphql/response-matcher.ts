import {
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** Whether a value has exactly the requested fields in the requested order. */
export type ResponseMatcher = (value: unknown) => boolean;

/** A Map, since a custom scalar may be named `valueOf` or `constructor`. */
const ofScalars = new Map<string, ResponseMatcher>([
  ['Int', Number.isSafeInteger],
  ['Float', Number.isFinite],
  ['String', (value) => typeof value === 'string'],
  ['ID', (value) => typeof value === 'string' || Number.isSafeInteger(value)],
  ['Boolean', (value) => typeof value === 'boolean'],
]);

/**
 * Compiles the shape of an operation's data if it follows from the text alone: fields of objects, each once, without
 * fragments, directives, variables and introspection. Null for any other operation.
 */
export function compileResponseMatcher(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
): ResponseMatcher | null {
  const root = schema.getRootType(operation.operation);
  if (!root || operation.variableDefinitions?.length || operation.directives?.length) return null;
  return ofObject(operation.selectionSet, root);
}

function ofObject(set: SelectionSetNode, type: GraphQLOutputType): ResponseMatcher | null {
  if (!isObjectType(type)) return null;
  const fields = new Map<string, ResponseMatcher>();
  for (const node of set.selections) {
    if (node.kind !== Kind.FIELD || node.directives?.length) return null;
    const field = type.getFields()[node.name.value];
    const key = node.alias?.value ?? node.name.value;
    const fits = field && ofValue(field.type, node.selectionSet);
    if (!fits || fields.has(key)) return null;
    fields.set(key, fits);
  }
  const [keys, checks] = [[...fields.keys()], [...fields.values()]];
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const entries: Record<string, unknown> = Object(value);
    let place = 0;
    for (const key in entries) {
      if (key !== keys[place] || !checks[place]?.(entries[key])) return false;
      place += 1;
    }
    return place === keys.length;
  };
}

function ofValue(type: GraphQLOutputType, set: SelectionSetNode | undefined): ResponseMatcher | null {
  if (isNonNullType(type)) return ofPresent(type.ofType, set);
  const fits = ofPresent(type, set);
  return fits && ((value) => value === null || fits(value));
}

function ofPresent(type: GraphQLOutputType, set: SelectionSetNode | undefined): ResponseMatcher | null {
  if (isListType(type)) {
    const fits = ofValue(type.ofType, set);
    return fits && ((value) => Array.isArray(value) && value.every(fits));
  }
  if (!isLeafType(getNamedType(type))) return set ? ofObject(set, type) : null;
  if (isEnumType(type)) return (value) => typeof value === 'string' && type.getValue(value) !== undefined;
  return ofScalars.get(String(type)) ?? ((value) => value !== null);
}
