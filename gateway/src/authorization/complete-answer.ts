import type { AppError } from '@tributary/core';
import {
  type DirectiveNode,
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
} from 'graphql';
import type { Pruned } from './prune-operation.ts';
import type { SelectedField, Selections } from './selections.ts';

type Path = readonly (string | number)[];
type Fields = Record<string, unknown>;

/** Selections on one object; `refusal` where the field that gives the object was refused in this place, though not in another. */
interface Asked {
  selections: Selections;
  refusal: AppError | null;
}

const bubble = Symbol('a null where none may be');

/**
 * Puts back what was taken out of an operation, as if it had been run and refused: null with an error at its place in the
 * answer, and where null may not be, null in the nearest place above where it may. A list is left at the first such element.
 */
export function completeAnswer(options: {
  schema: GraphQLSchema;
  root: Selections;
  pruned: Pruned;
  refusals: ReadonlyMap<number, AppError>;
  variables: Fields;
  data: Fields;
}): { data: Fields | null; errors: GraphQLError[] } {
  const { schema, pruned, refusals, variables } = options;
  const errors: GraphQLError[] = [];

  const refusalOf = ({ needs }: SelectedField): AppError | null =>
    needs.flatMap((need) => refusals.get(need) ?? [])[0] ?? null;

  function tell({ code, message }: AppError, path: Path) {
    errors.push(new GraphQLError(message, { path, extensions: { code } }));
  }

  function isSkipped(directives: readonly DirectiveNode[] = []): boolean {
    return directives.some(({ name, arguments: args }) => {
      const value = args?.find((argument) => argument.name.value === 'if')?.value;
      const given =
        value?.kind === Kind.VARIABLE ? variables[value.name.value] : value && 'value' in value && value.value;
      return (name.value === 'skip' && given === true) || (name.value === 'include' && given === false);
    });
  }

  /** The fields asked of an object of that type, by response key, in order; of any type below what was not asked for. */
  function collect(asked: readonly Asked[], typeName: string | null) {
    const groups = new Map<string, { field: SelectedField; refusal: AppError | null }[]>();
    const seen = { refused: new Set<Selections>(), asked: new Set<Selections>() };
    const add = ({ selections, refusal }: Asked): void => {
      // Fragments that spread each other many times are still looked at once.
      const known = refusal ? seen.refused : seen.asked;
      if (known.has(selections)) return;
      known.add(selections);
      for (const item of selections.items) {
        if (isSkipped(item.node.directives)) continue;
        if (!('needs' in item)) {
          if (typeName === null || applies(item.below.type.name, typeName)) add({ selections: item.below, refusal });
          continue;
        }
        const group = groups.get(item.responseKey) ?? [];
        groups.set(item.responseKey, group);
        group.push({ field: item, refusal: refusal ?? refusalOf(item) });
      }
    };
    asked.forEach(add);
    return groups;
  }

  function applies(condition: string, typeName: string): boolean {
    if (condition === typeName) return true;
    const [type, object] = [schema.getType(condition), schema.getType(typeName)];
    return isAbstractType(type) && isObjectType(object) && schema.isSubType(type, object);
  }

  function completeObject(asked: readonly Asked[], typeName: string, data: Fields, path: Path): Fields | typeof bubble {
    const completed: Fields = {};
    let isBubbling = false;
    for (const [key, group] of collect(asked, typeName)) {
      const value = completeField(group, typeName, data[key], [...path, key]);
      if (value === bubble) isBubbling = true;
      else completed[key] = value;
    }
    return isBubbling ? bubble : completed;
  }

  function completeField(
    group: readonly { field: SelectedField; refusal: AppError | null }[],
    typeName: string,
    value: unknown,
    path: Path,
  ): unknown {
    const [first] = group;
    if (!first) return null;
    if (first.field.node.name.value === '__typename') return value ?? typeName;
    const below = group.flatMap(({ field, refusal }) => (field.below ? [{ selections: field.below, refusal }] : []));
    if (group.some(({ field, refusal }) => !refusal && !pruned.removed.has(field))) {
      return completeValue(first.field.type, below, value ?? null, path);
    }
    const refusal = group.find((each) => each.refusal)?.refusal;
    if (refusal) tell(refusal, path);
    else tellBelow(below, path);
    return isNonNullType(first.field.type) ? bubble : null;
  }

  /** Below what was not asked for there are no positions in lists: the path names the fields alone. */
  function tellBelow(asked: readonly Asked[], path: Path): void {
    for (const [key, group] of collect(asked, null)) {
      const refusal = group.find((each) => each.refusal)?.refusal;
      if (refusal) tell(refusal, [...path, key]);
      else
        tellBelow(
          group.flatMap(({ field }) => (field.below ? [{ selections: field.below, refusal: null }] : [])),
          [...path, key],
        );
    }
  }

  function completeValue(type: GraphQLOutputType, below: readonly Asked[], value: unknown, path: Path): unknown {
    if (isNonNullType(type)) {
      const completed = completeValue(type.ofType, below, value, path);
      return completed === null ? bubble : completed;
    }
    if (value === null || value === undefined) return null;
    if (isLeafType(getNamedType(type))) return value;
    if (isListType(type)) {
      if (!Array.isArray(value)) return null;
      const elements: unknown[] = [];
      for (const [index, element] of value.entries()) {
        const completed = completeValue(type.ofType, below, element, [...path, index]);
        if (completed === bubble) return null;
        elements.push(completed);
      }
      return elements;
    }
    const data = Object(value);
    const typeName = isObjectType(type) ? type.name : String(data[pruned.typename]);
    const completed = completeObject(below, typeName, data, path);
    return completed === bubble ? null : completed;
  }

  const { root } = options;
  const data = completeObject([{ selections: root, refusal: null }], root.type.name, options.data, []);
  return { data: data === bubble ? null : data, errors };
}
