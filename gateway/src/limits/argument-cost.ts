import { type FieldNode, type GraphQLField, type GraphQLInputType, getNamedType, isInputObjectType } from 'graphql';
import type { CostRules } from './cost-rules.ts';
import { readValue } from './read-value.ts';

/** The cost of a field's arguments: an input object is 1 and what its fields are, anything else 0, unless @cost says otherwise. */
export function costOfArguments(options: {
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
