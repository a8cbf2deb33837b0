import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { keepLatest } from '../authorization/keep-latest.ts';
import type { CostRules } from '../limits/cost-rules.ts';
import { estimateCost } from '../limits/estimate-cost.ts';
import { assertShallow } from '../limits/value-depth.ts';
import { measureOperation } from './measure-operation.ts';
import { withoutSuggestion } from './without-suggestion.ts';

export interface DocumentLimits {
  maxDepth: number;
  maxRootFields: number;
  maxAliases: number;
  maxDirectives: number;
  maxTokens: number;
  maxCost: number;
  /** Items of a list whose size nothing tells. */
  assumedListSize: number;
}

/** An operation as a client sends it. */
export interface SentOperation {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
}

/** Documents of everyday size that are not read again while they are asked for. */
const documentsKept = 1_000;
const longestKept = 10_000;

export type Documents = ReturnType<typeof createDocuments>;

/** Reads what clients want to run, whichever way they come, and refuses what is larger than allowed before it is validated. */
export function createDocuments(options: {
  schema: GraphQLSchema;
  limits: DocumentLimits;
  costRules: CostRules;
  /** Errors then tell nothing of the schema that was not asked for. */
  isProduction: boolean;
}) {
  const { limits, schema } = options;
  // What operations without variables cost is the same each time they are sent.
  const costs = new WeakMap<OperationDefinitionNode, number>();
  const documentOf = keepLatest<DocumentNode>(documentsKept);

  /**
   * Throws a GraphQLError of code GRAPHQL_PARSE_FAILED, also over `maxTokens`, COST_ESTIMATED_TOO_EXPENSIVE over `maxCost`, or
   * GRAPHQL_VALIDATION_FAILED over the others; and BAD_USER_INPUT for variables that are nested too deep.
   */
  function read({ query, operationName, variables }: SentOperation): { document: DocumentNode; cost: number } {
    assertShallow('variables', variables);
    const document = query.length > longestKept ? readWithin(query) : documentOf(query, () => readWithin(query));
    return { document, cost: costWithin(document, operationName, variables ?? {}) };
  }

  function readWithin(query: string): DocumentNode {
    const document = parseWithin(query, limits.maxTokens);
    for (const operation of document.definitions) {
      if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
      const { depth, fields, aliases, directives } = measureOperation(operation, document);
      if (depth > limits.maxDepth) throw tooMuch('MAX_DEPTH', `is nested deeper than ${limits.maxDepth} fields`);
      if (fields > limits.maxRootFields)
        throw tooMuch('MAX_ROOT_FIELDS', `selects ${fields} fields at its top; ${limits.maxRootFields} are allowed`);
      if (aliases > limits.maxAliases)
        throw tooMuch('MAX_ALIASES', `has ${aliases} aliases; ${limits.maxAliases} are allowed`);
      if (directives > limits.maxDirectives)
        throw tooMuch('MAX_DIRECTIVES', `has ${directives} directives; ${limits.maxDirectives} are allowed`);
    }
    return document;
  }

  function costWithin(document: DocumentNode, name: string | null | undefined, variables: Record<string, unknown>) {
    const operation = getOperationAST(document, name);
    if (!operation) return 0;
    const { assumedListSize, maxCost } = limits;
    const known = costs.get(operation);
    const rules = options.costRules;
    const cost = known ?? estimateCost({ schema, rules, document, operation, variables, assumedListSize });
    if (!operation.variableDefinitions?.length) costs.set(operation, cost);
    if (cost <= maxCost) return cost;
    const extensions = { code: 'COST_ESTIMATED_TOO_EXPENSIVE', cost: { estimated: cost, max: maxCost } };
    throw new GraphQLError(`The operation costs ${cost}; ${maxCost} is allowed. Ask for smaller pages`, { extensions });
  }

  /** What is wrong with a document in this graph; nothing where it can run. */
  function findErrors(document: DocumentNode): GraphQLError[] {
    const shown = ({ message }: GraphQLError) => (options.isProduction ? withoutSuggestion(message) : message);
    return validate(schema, document).map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED', shown(error)));
  }

  return {
    read,
    findErrors,

    /** Reads and validates; the arguments to run it with, or what is wrong with it. */
    prepare(operation: SentOperation): ExecutionArgs | readonly GraphQLError[] {
      try {
        const { document } = read(operation);
        const errors = findErrors(document);
        if (errors.length > 0) return errors;
        const { operationName = null, variables: variableValues = null } = operation;
        return { schema, document, operationName, variableValues };
      } catch (error) {
        if (error instanceof GraphQLError) return [error];
        throw error;
      }
    },
  };
}

function parseWithin(query: string, maxTokens: number): DocumentNode {
  try {
    return parse(query, { maxTokens });
  } catch (error) {
    throw error instanceof GraphQLError ? coded(error, 'GRAPHQL_PARSE_FAILED') : error;
  }
}

function tooMuch(limit: string, message: string): GraphQLError {
  const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', validationErrorCode: `${limit}_EXCEEDED` };
  return new GraphQLError(`The operation ${message}`, { extensions });
}

function coded({ message, nodes, source, positions, extensions }: GraphQLError, code: string, shown = message) {
  return new GraphQLError(shown, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions: { code, ...extensions },
  });
}
