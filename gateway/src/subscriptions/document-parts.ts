import { type ASTNode, type DocumentNode, type FragmentDefinitionNode, Kind, visit } from 'graphql';

/** Every name that occurs in a document, of whatever it is. */
export function namesIn(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(document, { Name: ({ value }) => void names.add(value) });
  return names;
}

/** The names of the variables used below a node. */
export function variablesIn(node: ASTNode): string[] {
  const names: string[] = [];
  visit(node, { Variable: ({ name }) => void names.push(name.value) });
  return names;
}

/** The fragments a node spreads, directly or through other fragments, each once. */
export function fragmentsUsedBy(node: ASTNode, document: DocumentNode): FragmentDefinitionNode[] {
  const found = new Set<FragmentDefinitionNode>();
  const collect = (from: ASTNode) =>
    visit(from, {
      FragmentSpread({ name }) {
        for (const definition of document.definitions) {
          if (definition.kind !== Kind.FRAGMENT_DEFINITION || definition.name.value !== name.value) continue;
          if (found.has(definition)) continue;
          found.add(definition);
          collect(definition);
        }
      },
    });
  collect(node);
  return [...found];
}
