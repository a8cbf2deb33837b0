import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
} from 'graphql';
import type { EventLog } from '../graph/event-logs.ts';
import { listNames, listUsedFragments, listVariables } from '../graphql/ast.ts';

export interface LogQuery {
  /** The subscriber's selection on each event, with its cursor; and the log owner's cursor and end, if it has one. */
  full: string;
  /** The same without the subscriber's selection: it returns cursors even if the selection fails. */
  bare: string;
  /** Names of the two variables, and of the hidden fields in the response. */
  names: { after: string; first: string; cursor: string; end: string };
  /** The subscriber's variables that the queries use. */
  uses: string[];
}

/**
 * The queries that read a subscription's log: the path of fields that @eventLog names, each with the subscription's
 * arguments of the same name, and the subscriber's selection at its end. `after` and `first` of the last field become
 * variables; hidden fields get aliases that occur nowhere in the subscriber's document.
 */
export function buildLogQuery(options: {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  field: FieldNode;
  log: EventLog;
}): LogQuery {
  const { schema, document, operation, field, log } = options;
  const taken = listNames(document);
  const names = {
    after: unused('logAfter', taken),
    first: unused('logFirst', taken),
    cursor: unused('logCursor', taken),
    end: unused('logEnd', taken),
  };
  const steps = resolvePath(schema, log.source);
  const defaults = subscriptionDefaults(schema, field.name.value);

  function query(selection: string) {
    const path = steps.map(({ name, takes }, index) => {
      const isLast = index === steps.length - 1;
      const values = new Map([...defaults, ...givenArguments(field)].filter(([argument]) => takes.has(argument)));
      if (isLast) values.set('after', `$${names.after}`).set('first', `$${names.first}`);
      const list = [...values].map(([argument, value]) => `${argument}: ${value}`).join(', ');
      return list === '' ? name : `${name}(${list})`;
    });
    const owner = log.end === null ? '' : `${names.cursor}: ${log.cursor} ${names.end}: ${log.end}`;
    const [last, ...above] = path.reverse();
    let nested = `${last} { ${names.cursor}: ${log.cursor} ${selection} } ${owner}`;
    for (const step of above) nested = `${step} { ${nested} }`;
    return nested;
  }

  function complete(body: string, selection: SelectionSetNode | undefined) {
    const fragments = selection ? listUsedFragments(selection, document) : [];
    // A variable that the subscriber declared only for `after` is not used here, and an unused variable is invalid.
    const used = new Set([parse(`{ ${body} }`), ...fragments].flatMap(listVariables));
    const kept = (operation.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value));
    const own = [`$${names.after}: Int`, `$${names.first}: Int`];
    return `query EventLog(${[...own, ...kept.map(print)].join(', ')}) { ${body} } ${fragments.map(print).join(' ')}`;
  }

  const selection = field.selectionSet;
  const wanted = selection ? `... { ${selection.selections.map(print).join(' ')} }` : '';
  const full = complete(query(wanted), selection);
  const uses = new Set(listVariables(parse(full)).filter((name) => name !== names.after && name !== names.first));
  return { full, bare: complete(query(''), undefined), names, uses: [...uses] };
}

function resolvePath(schema: GraphQLSchema, source: string[]) {
  let type: unknown = schema.getQueryType();
  return source.map((name) => {
    const definition = isObjectType(type) ? type.getFields()[name] : undefined;
    if (!definition) throw new Error(`@eventLog(source: "${source.join('.')}"): there is no field "${name}"`);
    type = getNamedType(definition.type);
    return { name, takes: new Set(definition.args.map((argument) => argument.name)) };
  });
}

function subscriptionDefaults(schema: GraphQLSchema, name: string): [string, string][] {
  const args = schema.getSubscriptionType()?.getFields()[name]?.args ?? [];
  return args.flatMap(({ name: argument, astNode }): [string, string][] =>
    astNode?.defaultValue ? [[argument, print(astNode.defaultValue)]] : [],
  );
}

const givenArguments = (field: FieldNode) =>
  (field.arguments ?? []).map(({ name, value }): [string, string] => [name.value, print(value)]);

function unused(name: string, taken: Set<string>): string {
  return taken.has(name) ? unused(`${name}_`, taken) : name;
}
