import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import type { AccessRules, Requirement } from '../access-rules.ts';

/**
 * A selection set and the object types it applies to: a fragment has one for each set of object types it is spread on.
 */
export interface Selections {
  type: GraphQLCompositeType;
  items: (SelectedField | Spread)[];
}

export interface SelectedField {
  node: FieldNode;
  responseKey: string;
  type: GraphQLOutputType;
  /** Indices into the operation's list of requirements. */
  needs: number[];
  below: Selections | null;
}

export interface Spread {
  node: InlineFragmentNode | FragmentSpreadNode;
  below: Selections;
}

/**
 * Resolves the selections of a validated operation with the requirements of each field: its own, those of its type,
 * those of its parent object or interface; for an abstract type, those of every possible object.
 */
export function resolveSelections(options: {
  schema: GraphQLSchema;
  rules: AccessRules;
  document: DocumentNode;
  operation: OperationDefinitionNode;
}): { root: Selections; requirements: Requirement[] } {
  const { schema, rules, document, operation } = options;
  const requirements = new Map<string, { place: number; requirement: Requirement }>();
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const spreadOn = new Map<string, Selections>();

  function placesOf(coordinates: string[]): number[] {
    const found = new Set<number>();
    for (const requirement of coordinates.flatMap((coordinate) => rules.get(coordinate) ?? [])) {
      const key = JSON.stringify(requirement);
      const known = requirements.get(key) ?? { place: requirements.size, requirement };
      requirements.set(key, known);
      found.add(known.place);
    }
    return [...found];
  }

  const objectsOf = (type: GraphQLCompositeType): string[] =>
    isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [type.name];

  function resolve(set: SelectionSetNode, type: GraphQLCompositeType, objects: string[]): Selections {
    return fill({ type, items: [] }, set, objects);
  }

  function fill(selections: Selections, { selections: nodes }: SelectionSetNode, objects: string[]): Selections {
    for (const node of nodes) {
      if (node.kind === Kind.FIELD) selections.items.push(resolveField(node, selections.type, objects));
      else if (node.kind === Kind.FRAGMENT_SPREAD)
        selections.items.push({ node, below: resolveSpread(node, selections.type, objects) });
      else {
        const { type, within } = narrow(node.typeCondition?.name.value, selections.type, objects);
        selections.items.push({ node, below: resolve(node.selectionSet, type, within) });
      }
    }
    return selections;
  }

  function resolveField(node: FieldNode, parent: GraphQLCompositeType, objects: string[]): SelectedField {
    const name = node.name.value;
    const { type } = fieldOf(schema, parent, name);
    const result = getNamedType(type);
    const owners = new Set(objects.length === 1 ? objects : [parent.name, ...objects]);
    const asked = [...owners].flatMap((owner) => [owner, `${owner}.${name}`]);
    const needs = name === '__typename' ? [] : placesOf([...asked, result.name]);
    const below =
      node.selectionSet && isCompositeType(result) ? resolve(node.selectionSet, result, objectsOf(result)) : null;
    return { node, responseKey: node.alias?.value ?? name, type, needs, below };
  }

  function resolveSpread(node: FragmentSpreadNode, parent: GraphQLCompositeType, objects: string[]): Selections {
    const fragment = fragments.get(node.name.value);
    if (!fragment) throw new Error(`There is no fragment "${node.name.value}"`);
    const { type, within } = narrow(fragment.typeCondition.name.value, parent, objects);
    const key = `${node.name.value} ${within.join(' ')}`;
    const known = spreadOn.get(key);
    if (known) return known;
    const selections: Selections = { type, items: [] };
    spreadOn.set(key, selections);
    return fill(selections, fragment.selectionSet, within);
  }

  function narrow(condition: string | undefined, parent: GraphQLCompositeType, objects: string[]) {
    const type = condition === undefined ? parent : schema.getType(condition);
    if (!isCompositeType(type)) throw new Error(`There is no type "${condition}"`);
    const possible = new Set(objectsOf(type));
    return { type, within: objects.filter((object) => possible.has(object)) };
  }

  const rootType = schema.getRootType(operation.operation);
  if (!rootType) throw new Error(`The schema has no ${operation.operation}`);
  const root = resolve(operation.selectionSet, rootType, [rootType.name]);
  return { root, requirements: [...requirements.values()].map(({ requirement }) => requirement) };
}

function fieldOf(schema: GraphQLSchema, parent: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (parent === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  const field = 'getFields' in parent && isCompositeType(parent) ? parent.getFields()[name] : undefined;
  if (!field) throw new Error(`There is no field "${parent.name}.${name}"`);
  return field;
}
