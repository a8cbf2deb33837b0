import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { readValue } from './ast.ts';
import type { CostRules, ListSize } from './cost-rules.ts';

const baseOfMutation = 10;

/** The number of items of a field that is named in its parent's sizedFields. */
type Sizes = ReadonlyMap<string, number>;
const noSizes: Sizes = new Map();

/**
 * The cost of an operation by the IBM cost specification, before execution, as Apollo Router's demand control computes
 * it: an object costs 1, a scalar 0, a list its size times its item, a mutation 10 more. An invalid document costs
 * nothing. The time is linear in the length of the document, however often its fragments are spread.
 */
export function estimateCost(options: {
  schema: GraphQLSchema;
  rules: CostRules;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Readonly<Record<string, unknown>>;
  /** Items of a list of unknown size. */
  assumedListSize: number;
}): number {
  const { schema, rules, document, operation } = options;
  const variables = { ...defaultsOf(operation), ...options.variables };
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, number>();

  function ofSet(set: SelectionSetNode | undefined, type: string, sizes: Sizes): number {
    return (set?.selections ?? []).reduce((sum, selection) => sum + ofSelection(selection, type, sizes), 0);
  }

  function ofSelection(selection: SelectionNode, type: string, sizes: Sizes): number {
    if (isLeftOut(selection, variables)) return 0;
    if (selection.kind === Kind.FIELD) return ofField(selection, type, sizes);
    if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value, sizes);
    return ofSet(selection.selectionSet, selection.typeCondition?.name.value ?? type, sizes);
  }

  function ofFragment(name: string, sizes: Sizes): number {
    const key = `${name} ${[...sizes].join(' ')}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    // Set while the fragment is being visited, so that a cycle ends; validation reports it.
    known.set(key, 0);
    const fragment = fragments.get(name);
    const cost = fragment ? ofSet(fragment.selectionSet, fragment.typeCondition.name.value, sizes) : 0;
    known.set(key, cost);
    return cost;
  }

  function ofField(node: FieldNode, typeName: string, sizes: Sizes): number {
    const type = schema.getType(typeName);
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
    if (!field) return 0;
    const place = `${typeName}.${field.name}`;
    const listSize = rules.listSizes.get(place);
    const asked = listSize ? itemsAsked(node, field, listSize, variables) : undefined;
    const isList = isListType(getNullableType(field.type));
    const items = isList ? (asked ?? sizes.get(field.name) ?? options.assumedListSize) : 1;
    const named = getNamedType(field.type);
    const own = rules.weights.get(place) ?? rules.weights.get(named.name) ?? (isCompositeType(named) ? 1 : 0);
    const sized = asked === undefined ? [] : (listSize?.sizedFields ?? []);
    const below = ofSet(node.selectionSet, named.name, sized.length > 0 ? sizesOf(sized, asked) : noSizes);
    return items * (own + below) + costOfArguments({ node, field, place, rules, variables });
  }

  const root = schema.getRootType(operation.operation);
  const base = operation.operation === 'mutation' ? baseOfMutation : 0;
  return root ? Math.max(0, base + ofSet(operation.selectionSet, root.name, noSizes)) : 0;
}

function sizesOf(names: readonly string[], size = 0): Sizes {
  return new Map(names.map((name) => [name, size]));
}

/** The largest slicing argument, given or default; otherwise the assumed size; undefined if neither exists. */
function itemsAsked(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  { slicingArguments, assumedSize }: ListSize,
  variables: Readonly<Record<string, unknown>>,
): number | undefined {
  const sizes = slicingArguments.flatMap((name) => {
    const given = node.arguments?.find((argument) => argument.name.value === name);
    const byDefault = field.args.find((argument) => argument.name === name)?.defaultValue;
    const value = (given ? readValue(given.value, variables) : undefined) ?? byDefault;
    return typeof value === 'number' ? [Math.max(0, value)] : [];
  });
  return sizes.length > 0 ? Math.max(...sizes) : assumedSize;
}

function isLeftOut({ directives = [] }: SelectionNode, variables: Readonly<Record<string, unknown>>): boolean {
  return directives.some(({ name, arguments: given = [] }) => {
    const condition = given.find((argument) => argument.name.value === 'if');
    const value = condition ? readValue(condition.value, variables) : undefined;
    return (name.value === 'skip' && value === true) || (name.value === 'include' && value === false);
  });
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, readValue(defaultValue, {})]] : [],
    ),
  );
}

/**
 * The cost of a field's arguments: an input object costs 1 plus its fields, anything else 0, unless @cost says
 * otherwise.
 */
function costOfArguments(options: {
  node: FieldNode;
  field: GraphQLField<unknown, unknown>;
  /** `Type.field`. */
  place: string;
  rules: CostRules;
  variables: Readonly<Record<string, unknown>>;
}): number {
  const { node, field, place, rules, variables } = options;
  return (node.arguments ?? []).reduce((sum, { name, value }) => {
    const argument = field.args.find((each) => each.name === name.value);
    if (!argument) return sum;
    return sum + costOfValue(readValue(value, variables), argument.type, `${place}(${argument.name}:)`, rules);
  }, 0);
}

function costOfValue(value: unknown, inputType: GraphQLInputType, place: string, rules: CostRules): number {
  if (value === null || value === undefined) return 0;
  if (Array.isArray(value)) {
    return value.reduce<number>((sum, item) => sum + costOfValue(item, inputType, place, rules), 0);
  }
  const type = getNamedType(inputType);
  const own = rules.weights.get(place) ?? rules.weights.get(type.name) ?? (isInputObjectType(type) ? 1 : 0);
  if (!isInputObjectType(type)) return own;
  return Object.entries(Object(value)).reduce((sum, [name, item]) => {
    const field = type.getFields()[name];
    return field ? sum + costOfValue(item, field.type, `${type.name}.${name}`, rules) : sum;
  }, own);
}
