import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  OverlappingFieldsCanBeMergedRule,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { mergeFieldsRule } from './merge-fields-rule.ts';

/** Each error computes its line and column by reading the document from its start. */
const maxErrors = 10;

/**
 * The one place where documents are validated: by the rules of graphql-js, with a linear-time rule in place of the one
 * that compares fields in pairs, and without introspection where that is not allowed.
 */
export function createValidate(options: {
  schema: GraphQLSchema;
  maxMergedFields: number;
  allowsIntrospection: boolean;
}): (document: DocumentNode) => readonly GraphQLError[] {
  const merge = mergeFieldsRule({ maxFields: options.maxMergedFields });
  const rules = specifiedRules.map((rule) => (rule === OverlappingFieldsCanBeMergedRule ? merge : rule));
  const all = options.allowsIntrospection ? rules : [...rules, noIntrospection];
  return (document) => withoutStackTraces(() => validate(options.schema, document, all, { maxErrors }));
}

/**
 * V8 keeps the functions of all frames of a stack trace, and everything these refer to, until the trace is read or its
 * error is collected. The errors of a document are cached with it, and would keep 20 to 50 KB of the validator each.
 */
function withoutStackTraces<T>(work: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const noIntrospection: ValidationRule = (context) => ({
  Field(node) {
    const { value } = node.name;
    if (value !== '__schema' && value !== '__type') return;
    const extensions = { validationErrorCode: 'INTROSPECTION_DISABLED' };
    context.reportError(new GraphQLError(`Introspection is disabled: "${value}"`, { nodes: [node], extensions }));
  },
});
