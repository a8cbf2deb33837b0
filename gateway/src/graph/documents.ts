import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { addReason, stripSuggestions } from '../errors.ts';
import { estimateCost } from '../graphql/cost-estimate.ts';
import type { CostRules } from '../graphql/cost-rules.ts';
import { createDocumentCache } from '../graphql/document-cache.ts';
import { createMeasure } from '../graphql/operation-size.ts';
import { createValidate } from '../graphql/validation.ts';
import { assertShallow } from '../graphql/value-depth.ts';

export interface DocumentLimits {
  maxDocumentBytes: number;
  maxDepth: number;
  maxRootFields: number;
  maxAliases: number;
  maxDirectives: number;
  maxTokens: number;
  maxMergedFields: number;
  maxCost: number;
  /** Assumed number of items of a list whose size is unknown. */
  assumedListSize: number;
}

/** An operation as a client sends it. */
export interface SentOperation {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
}

/** A checked operation; it can run if there are no errors. */
export interface CheckedOperation {
  /** Null if it could not be parsed or exceeds a limit. */
  document: DocumentNode | null;
  errors: readonly GraphQLError[];
  cost: number;
}

const maxLines = 5_000;

export type Documents = ReturnType<typeof createDocuments>;

/**
 * Checks clients' documents on every transport: parsed, within the limits, valid, not too expensive. The time is linear
 * in the length of the document; the verdict is cached by its text.
 */
export function createDocuments(options: {
  schema: GraphQLSchema;
  limits: DocumentLimits;
  costRules: CostRules;
  /** Errors then reveal no names of the schema, and introspection is refused. */
  isProduction: boolean;
}) {
  const { isProduction, limits, schema } = options;
  // The cost of an operation without variables is always the same.
  const costs = new WeakMap<OperationDefinitionNode, number>();
  const verdicts = new WeakMap<DocumentNode, readonly GraphQLError[]>();
  const documents = createDocumentCache();
  const validate = createValidate({
    schema,
    maxMergedFields: limits.maxMergedFields,
    allowsIntrospection: !isProduction,
  });

  function readWithin(query: string): DocumentNode {
    // Each error computes its line and column by reading all lines before it.
    const lines = query.match(/[\n\r]/g)?.length ?? 0;
    if (Buffer.byteLength(query) > limits.maxDocumentBytes || lines > maxLines) {
      throw tooMuch('MAX_DOCUMENT_BYTES', `is longer than ${limits.maxDocumentBytes} bytes or ${maxLines} lines`);
    }
    const document = parseWithin(query, limits.maxTokens);
    const measure = createMeasure(document);
    for (const operation of document.definitions) {
      if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
      const { depth, fields, aliases, directives } = measure(operation);
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
    const details = { estimated: cost, max: maxCost };
    const extensions = addReason({ code: 'COST_ESTIMATED_TOO_EXPENSIVE', cost: details });
    throw new GraphQLError(`The operation costs ${cost}; ${maxCost} is allowed. Ask for smaller pages`, { extensions });
  }

  /** The errors of a document in this graph; empty if it can run. */
  function findErrors(document: DocumentNode): readonly GraphQLError[] {
    const known = verdicts.get(document);
    if (known) return known;
    const errors = validate(document);
    for (const error of errors) {
      // A copy would compute its line and column again.
      Object.assign(error.extensions, addReason({ ...error.extensions, code: 'GRAPHQL_VALIDATION_FAILED' }));
      if (isProduction) error.message = stripSuggestions(error.message);
    }
    verdicts.set(document, errors);
    return errors;
  }

  /**
   * Errors are of code GRAPHQL_PARSE_FAILED, also over `maxTokens`, COST_ESTIMATED_TOO_EXPENSIVE over `maxCost`, or
   * GRAPHQL_VALIDATION_FAILED. Throws BAD_USER_INPUT for variables that are nested too deep.
   */
  function check({ query, operationName, variables }: SentOperation): CheckedOperation {
    let document: DocumentNode | null = null;
    assertShallow('variables', variables);
    try {
      document = documents.get(query, () => readWithin(query));
      const errors = findErrors(document);
      const cost = errors.length > 0 ? 0 : costWithin(document, operationName, variables ?? {});
      return { document, errors, cost };
    } catch (error) {
      if (error instanceof GraphQLError) return { document, errors: [error], cost: 0 };
      throw error;
    }
  }

  return {
    check,
    findErrors,

    /** The arguments to run an operation with, or its errors. */
    prepare(operation: SentOperation): ExecutionArgs | readonly GraphQLError[] {
      const { document, errors } = check(operation);
      if (!document || errors.length > 0) return errors;
      const { operationName = null, variables: variableValues = null } = operation;
      return { schema, document, operationName, variableValues };
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
  const extensions = addReason({ code: 'GRAPHQL_VALIDATION_FAILED', validationErrorCode: `${limit}_EXCEEDED` });
  return new GraphQLError(`The operation ${message}`, { extensions });
}

function coded({ message, nodes, source, positions, extensions }: GraphQLError, code: string) {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions: addReason({ code, ...extensions }),
  });
}
