import { type GraphQLOutputType, isLeafType, isListType, isNonNullType, Kind, print, type ValueNode } from 'graphql';

/** Groups fields that can belong to one object: those of one object type and of all interfaces and unions. */
export function byOwner<Field extends { owner: string | null }>(fields: Field[]): Field[][] {
  if (fields.length === 1) return [fields];
  const byName = new Map<string, Field[]>();
  const abstract: Field[] = [];
  for (const field of fields) {
    if (field.owner === null) abstract.push(field);
    else {
      const group = byName.get(field.owner);
      if (group) group.push(field);
      else byName.set(field.owner, [field]);
    }
  }
  return byName.size === 0 ? [abstract] : [...byName.values()].map((own) => [...abstract, ...own]);
}

/** Equal for types whose values have the same form in a response. */
export function shape(type: GraphQLOutputType): string {
  if (isNonNullType(type)) return `${shape(type.ofType)}!`;
  if (isListType(type)) return `[${shape(type.ofType)}]`;
  return isLeafType(type) ? type.name : '{}';
}

/** The text of a value, independent of the order of the fields in its objects. */
export function canonical(value: ValueNode): string {
  if (value.kind === Kind.LIST) return `[${value.values.map(canonical).join()}]`;
  if (value.kind !== Kind.OBJECT) return print(value);
  const fields = value.fields.map((field) => `${field.name.value}:${canonical(field.value)}`);
  return `{${fields.sort().join()}}`;
}

/** Keeps an error short however long the names in the document are. */
export const abbreviated = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);
