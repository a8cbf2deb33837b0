import {
  type ASTVisitor,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLType,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { abbreviated, byOwner, canonical, shape } from './field-comparison.ts';

interface Field {
  node: FieldNode;
  key: string;
  /** The object type it is selected on; null if that is abstract or unknown. */
  owner: string | null;
  type: GraphQLOutputType | undefined;
}

/** The fields of a selection set, those of inline fragments included, and the fragments it spreads. */
interface Level {
  id: number;
  fields: Field[];
  spreads: string[];
}

type Comparison = 'shape' | 'identity';

/** The selection sets that are merged at one path of the response. */
interface Merge {
  compare: Comparison;
  levels: Level[];
  /** The response names that lead here since more than one selection set was merged. */
  path: string[];
}

const graphqlJsName = 'OverlappingFieldsCanBeMergedRule';

/**
 * The rule "field selection merging" of the GraphQL specification, with the same verdicts as graphql-js, whose rule compares fields in
 * pairs. This is Simon Adameit's algorithm (Sangria, graphql-java): all fields of one place in the response are grouped by name and compared with
 * the first, so the time follows the number of fields. `maxFields` bounds it where fragments make that number larger than the document;
 * a document above it is refused. Only the first conflict is reported.
 */
export function mergeFieldsRule(options: { maxFields: number; visited?: (fields: number) => void }) {
  return Object.defineProperty(
    (context: ValidationContext): ASTVisitor => ({
      Document: {
        leave() {
          findConflict(context, options);
          return undefined;
        },
      },
    }),
    'name',
    { value: graphqlJsName },
  );
}

function findConflict(
  context: ValidationContext,
  { maxFields, visited = () => undefined }: { maxFields: number; visited?: (fields: number) => void },
): void {
  const schema = context.getSchema();
  const { definitions } = context.getDocument();
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const levels = new Map<SelectionSetNode, Level>();
  const identities = new Map<FieldNode, string>();
  const seen = new Set<string>();
  const waiting: Merge[] = [];
  const spread = new Set<string>();
  let fieldsVisited = 0;

  const namedType = (name: string | undefined) => (name === undefined ? undefined : schema.getType(name));

  function levelFor(set: SelectionSetNode, parent: GraphQLType | undefined): Level {
    const known = levels.get(set);
    if (known) return known;
    const level: Level = { id: levels.size, fields: [], spreads: [] };
    levels.set(set, level);
    collect(level, set, parent);
    return level;
  }

  function collect(level: Level, set: SelectionSetNode, parent: GraphQLType | undefined): void {
    const owner = isObjectType(parent) ? parent.name : null;
    const known = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields() : {};
    for (const node of set.selections) {
      if (node.kind === Kind.FRAGMENT_SPREAD) level.spreads.push(node.name.value);
      else if (node.kind === Kind.INLINE_FRAGMENT) {
        const condition = node.typeCondition;
        collect(level, node.selectionSet, condition ? namedType(condition.name.value) : parent);
      } else {
        const { value } = node.name;
        const type = Object.hasOwn(known, value) ? known[value]?.type : undefined;
        level.fields.push({ node, key: node.alias?.value ?? value, owner, type });
      }
    }
  }

  function fragmentLevel(name: string): Level | undefined {
    const fragment = fragments.get(name);
    return fragment && levelFor(fragment.selectionSet, namedType(fragment.typeCondition.name.value));
  }

  /** Every field selected at a path, by response name, each fragment once. */
  function fieldsAt(merge: Merge): Map<string, Field[]> {
    const byKey = new Map<string, Field[]>();
    // Those that are added meanwhile are visited as well.
    const entered = new Set(merge.levels);
    for (const level of entered) {
      fieldsVisited += level.fields.length + level.spreads.length + 1;
      for (const field of level.fields) {
        const group = byKey.get(field.key);
        if (group) group.push(field);
        else byKey.set(field.key, [field]);
      }
      for (const name of level.spreads) {
        spread.add(name);
        const next = fragmentLevel(name);
        if (next) entered.add(next);
      }
    }
    return byKey;
  }

  function identity(node: FieldNode): string {
    const known = identities.get(node);
    if (known !== undefined) return known;
    const given = (node.arguments ?? []).map(({ name, value }) => `${name.value}:${canonical(value)}`);
    const text = `${node.name.value}(${given.sort().join()})`;
    identities.set(node, text);
    return text;
  }

  /** Two conflicting fields and the reason. */
  function contradiction(compare: Comparison, fields: readonly Field[]): [Field, Field, string] | undefined {
    const [first] = fields;
    if (!first || fields.length === 1) return undefined;
    if (compare === 'identity') {
      const other = fields.find(({ node }) => identity(node) !== identity(first.node));
      if (!other) return undefined;
      const [one, two] = [first.node.name.value, other.node.name.value];
      const reason = one === two ? 'they have differing arguments' : `"${one}" and "${two}" are different fields`;
      return [first, other, reason];
    }
    const typed = fields.find(({ type }) => type);
    const other = fields.find(({ type }) => type && typed?.type && shape(type) !== shape(typed.type));
    if (!typed || !other) return undefined;
    return [typed, other, `they return conflicting types "${typed.type}" and "${other.type}"`];
  }

  /** The same fields for selection sets that only spread fragments, so that those of equal fragments are checked once. */
  function withoutDetours(below: readonly Level[]): Set<Level> {
    const all = new Set(below);
    for (const level of all) {
      if (level.fields.length > 0) continue;
      all.delete(level);
      for (const name of level.spreads) {
        spread.add(name);
        const next = fragmentLevel(name);
        if (next && next !== level) all.add(next);
      }
    }
    return all;
  }

  function enqueue(compare: Comparison, below: readonly Level[], path: string[]): void {
    const unique = [...withoutDetours(below)].sort((one, other) => one.id - other.id);
    if (unique.length === 0) return;
    const name = `${compare} ${unique.map(({ id }) => id).join()}`;
    if (seen.has(name)) return;
    seen.add(name);
    waiting.push({ compare, levels: unique, path: unique.length > 1 ? path : [] });
  }

  /** Checks all waiting groups; false once there is an error. */
  function checkWaiting(): boolean {
    for (let merge = waiting.pop(); merge; merge = waiting.pop()) {
      for (const [key, fields] of fieldsAt(merge)) {
        const path = [...merge.path, key];
        for (const group of merge.compare === 'shape' ? [fields] : byOwner(fields)) {
          const found = contradiction(merge.compare, group);
          if (found) return report(path, found);
          fieldsVisited += group.length;
          if (fieldsVisited > maxFields) return refuse();
          const below = group.flatMap(({ node, type }) =>
            node.selectionSet ? [levelFor(node.selectionSet, type && getNamedType(type))] : [],
          );
          enqueue(merge.compare, below, path);
        }
      }
    }
    return true;
  }

  function report(path: readonly string[], [one, other, reason]: [Field, Field, string]): false {
    const [first, ...rest] = path.map(abbreviated);
    const places = [`Fields "${first}"`, ...rest.map((name) => `subfields "${name}"`)].join(' conflict because ');
    const hint = 'Use different aliases on the fields to fetch both if this was intentional.';
    const message = `${places} conflict because ${abbreviated(reason)}. ${hint}`;
    context.reportError(new GraphQLError(message, { nodes: [one.node, other.node] }));
    return false;
  }

  function refuse(): false {
    const extensions = { validationErrorCode: 'MAX_MERGED_FIELDS_EXCEEDED' };
    const message = `The operation merges more than ${maxFields} fields through its fragments`;
    context.reportError(new GraphQLError(message, { extensions }));
    return false;
  }

  function check(set: SelectionSetNode, parent: GraphQLType | null | undefined): boolean {
    const level = levelFor(set, parent ?? undefined);
    // The last one added is checked first.
    enqueue('shape', [level], []);
    enqueue('identity', [level], []);
    return checkWaiting();
  }

  const isValid = definitions.every(
    (node) => node.kind !== Kind.OPERATION_DEFINITION || check(node.selectionSet, schema.getRootType(node.operation)),
  );
  // Fragments that no operation uses are checked as well.
  for (const [name, { selectionSet, typeCondition }] of isValid ? fragments : []) {
    if (!spread.has(name) && !check(selectionSet, namedType(typeCondition.name.value))) break;
  }
  visited(fieldsVisited);
}
