import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLFormattedError,
  getOperationAST,
  Kind,
  type SelectionSetNode,
} from 'graphql';

/** A request may concern thousands of entities; the first ones tell a client what happened to all. */
const maxErrors = 100;

/**
 * The error of a request to a subgraph that failed as a whole, once for each field the request was for, with the path the
 * subgraph would have given it: a root field of the operation, or a field of one of its entities.
 */
export function locateError(
  error: GraphQLError,
  request: { document: DocumentNode; operationName?: string | undefined; variables: Record<string, unknown> },
): GraphQLFormattedError[] {
  const { message, extensions } = error;
  const operation = getOperationAST(request.document, request.operationName);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of request.document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }

  /** The response keys a selection set gives an object of that type; of any type without one. */
  function keysIn(set: SelectionSetNode | undefined, typeName?: unknown): string[] {
    const keys = (set?.selections ?? []).flatMap((selection) => {
      if (selection.kind === Kind.FIELD) {
        return selection.name.value === '__typename' ? [] : [(selection.alias ?? selection.name).value];
      }
      const below = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      const condition = below?.typeCondition?.name.value;
      const applies = typeName === undefined || condition === undefined || condition === typeName;
      return applies ? keysIn(below?.selectionSet, typeName) : [];
    });
    return [...new Set(keys)];
  }

  const { representations } = request.variables;
  const [entities] = operation?.selectionSet.selections ?? [];
  const paths =
    Array.isArray(representations) && entities?.kind === Kind.FIELD
      ? representations.slice(0, maxErrors).flatMap((representation, index) => {
          const keys = keysIn(entities.selectionSet, Object(representation).__typename);
          return keys.map((key) => ['_entities', index, key]);
        })
      : keysIn(operation?.selectionSet).map((key) => [key]);
  const located = paths.slice(0, maxErrors).map((path) => ({ message, path, extensions: { ...extensions } }));
  return located.length > 0 ? located : [{ message, extensions }];
}
