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
import type { Pruned } from './prune.ts';
import type { SelectedField, Selections } from './selections.ts';

type Path = readonly (string | number)[];
type Fields = Record<string, unknown>;

/** A selection set on one object. `refusal` is set if the parent field was refused on this path. */
interface Asked {
  selections: Selections;
  refusal: AppError | null;
}

/** All selections under one response key of an object. */
interface Collected {
  type: GraphQLOutputType;
  isTypename: boolean;
  /** The field was requested on at least one path. */
  isKept: boolean;
  refusal: AppError | null;
  below: Asked[];
}

const bubble = Symbol('a null where none may be');

/**
 * Restores the fields that were removed from an operation, as if it had run and they had been refused: null with an
 * error at their path, and where null is not allowed, null at the nearest nullable ancestor. A list ends at the first
 * such element.
 */
export function restoreRefusedFields(options: {
  schema: GraphQLSchema;
  root: Selections;
  pruned: Pruned;
  refusals: ReadonlyMap<number, AppError>;
  variables: Fields;
  data: Fields;
}): { data: Fields | null; errors: GraphQLError[] } {
  const { schema, pruned, refusals, variables } = options;
  const errors: GraphQLError[] = [];
  // The elements of a list share the selections collected for the first of them.
  const collected = new WeakMap<readonly Asked[], Map<string | null, Map<string, Collected>>>();

  const refusalOf = ({ needs }: SelectedField): AppError | null =>
    needs.flatMap((need) => refusals.get(need) ?? [])[0] ?? null;

  function addError({ code, reason, message }: AppError, path: Path) {
    errors.push(new GraphQLError(message, { path, extensions: { code, reason } }));
  }

  function isSkipped(directives: readonly DirectiveNode[] = []): boolean {
    return directives.some(({ name, arguments: args }) => {
      const value = args?.find((argument) => argument.name.value === 'if')?.value;
      const given =
        value?.kind === Kind.VARIABLE ? variables[value.name.value] : value && 'value' in value && value.value;
      return (name.value === 'skip' && given === true) || (name.value === 'include' && given === false);
    });
  }

  /**
   * The fields requested on an object of that type, by response key, in order; on any type below an unrequested field.
   */
  function collect(asked: readonly Asked[], typeName: string | null): Map<string, Collected> {
    const known = collected.get(asked) ?? new Map<string | null, Map<string, Collected>>();
    collected.set(asked, known);
    const fields = known.get(typeName) ?? new Map<string, Collected>();
    if (known.has(typeName)) return fields;
    known.set(typeName, fields);
    const seen = { refused: new Set<Selections>(), asked: new Set<Selections>() };
    const add = ({ selections, refusal }: Asked): void => {
      // A fragment is visited once even if fragments spread each other many times.
      const visited = refusal ? seen.refused : seen.asked;
      if (visited.has(selections)) return;
      visited.add(selections);
      for (const item of selections.items) {
        if (isSkipped(item.node.directives)) continue;
        if ('needs' in item) note(fields, item, refusal ?? refusalOf(item));
        else if (typeName === null || applies(item.below.type.name, typeName)) add({ selections: item.below, refusal });
      }
    };
    asked.forEach(add);
    return fields;
  }

  function note(fields: Map<string, Collected>, field: SelectedField, refusal: AppError | null) {
    const isTypename = field.node.name.value === '__typename';
    const noted = fields.get(field.responseKey) ?? { type: field.type, isTypename, isKept: false, refusal, below: [] };
    fields.set(field.responseKey, noted);
    noted.isKept ||= !refusal && !pruned.removed.has(field);
    noted.refusal ??= refusal;
    if (field.below) noted.below.push({ selections: field.below, refusal });
  }

  function applies(condition: string, typeName: string): boolean {
    if (condition === typeName) return true;
    const [type, object] = [schema.getType(condition), schema.getType(typeName)];
    return isAbstractType(type) && isObjectType(object) && schema.isSubType(type, object);
  }

  function completeObject(asked: readonly Asked[], typeName: string, data: Fields, path: Path): Fields | typeof bubble {
    const completed: Fields = {};
    let isBubbling = false;
    for (const [key, field] of collect(asked, typeName)) {
      const value = field.isTypename ? (data[key] ?? typeName) : completeField(field, data[key], [...path, key]);
      if (value === bubble) isBubbling = true;
      else completed[key] = value;
    }
    return isBubbling ? bubble : completed;
  }

  function completeField({ type, isKept, refusal, below }: Collected, value: unknown, path: Path): unknown {
    if (isKept) return completeValue(type, below, value ?? null, path);
    if (refusal) addError(refusal, path);
    else reportBelow(below, path);
    return isNonNullType(type) ? bubble : null;
  }

  /** Below an unrequested field there are no list positions: the path names the fields alone. */
  function reportBelow(asked: readonly Asked[], path: Path): void {
    for (const [key, { refusal, below }] of collect(asked, null)) {
      if (refusal) addError(refusal, [...path, key]);
      else reportBelow(below, [...path, key]);
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
