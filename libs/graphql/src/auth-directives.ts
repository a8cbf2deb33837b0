import {
  type ConstDirectiveNode,
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { z } from 'zod';
import { requireAnyOf, type Viewer } from './viewer.ts';

/** Alternatives, each a list of permissions needed together; `[[]]` asks only for a viewer. */
type Requirement = readonly (readonly string[])[];

type WithAst = { astNode?: Node | null | undefined; extensionASTNodes?: readonly Node[] | null | undefined };
type Node = { readonly directives?: readonly ConstDirectiveNode[] | undefined };

const scopesArgument = z.array(z.array(z.string()));

/**
 * Makes a schema hold what its SDL says with `@authenticated` and `@requiresScopes`, so that it holds whatever stands in front of
 * the subgraph: on a field, on an object type for each of its fields and its reference resolver, on a scalar or enum
 * for each field that gives it. Federation allows them nowhere else. Changes the schema given.
 */
export function enforceAuthDirectives(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const ofType = getRequirements(type);
    if (!isRoot(schema, type)) guardReferences(type, ofType);
    for (const field of Object.values(type.getFields())) {
      guardField(field, [...ofType, ...getRequirements(field), ...getResultRequirements(field)]);
    }
  }
  return schema;
}

function guardField(field: GraphQLField<unknown, { viewer: Viewer | null }>, requirements: Requirement[]): void {
  if (requirements.length === 0) return;
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (source, args, context, info) => {
    for (const requirement of requirements) requireAnyOf(context.viewer, requirement);
    return resolve(source, args, context, info);
  };
}

type ResolveReference = (reference: unknown, context: { viewer: Viewer | null }, info: unknown) => unknown;

function guardReferences(type: GraphQLObjectType, requirements: Requirement[]): void {
  const subgraph = z
    .object({
      subgraph: z.looseObject({ resolveReference: z.custom<ResolveReference>((value) => typeof value === 'function') }),
    })
    .safeParse(type.extensions.apollo);
  if (!subgraph.success) return;
  const { resolveReference } = subgraph.data.subgraph;
  // Async, because _entities resolves its list in one loop: one reference resolver that throws would fail all the others.
  const guarded: ResolveReference = async (reference, context, info) => {
    for (const requirement of requirements) requireAnyOf(context.viewer, requirement);
    return resolveReference(reference, context, info);
  };
  type.extensions = {
    ...type.extensions,
    apollo: { subgraph: { ...subgraph.data.subgraph, resolveReference: guarded } },
  };
}

function getResultRequirements(field: GraphQLField<unknown, unknown>): Requirement[] {
  const type = getNamedType(field.type);
  return isObjectType(type) ? [] : getRequirements(type);
}

function getRequirements({ astNode, extensionASTNodes }: WithAst): Requirement[] {
  return [astNode, ...(extensionASTNodes ?? [])].flatMap((node) => (node?.directives ?? []).flatMap(toRequirement));
}

function toRequirement(directive: ConstDirectiveNode): Requirement[] {
  const name = directive.name.value.replace(/^federation__/, '');
  if (name === 'authenticated') return [[[]]];
  if (name !== 'requiresScopes') return [];
  const scopes: ValueNode | undefined = directive.arguments?.find(
    (argument) => argument.name.value === 'scopes',
  )?.value;
  return [scopesArgument.parse(scopes && valueFromASTUntyped(scopes))];
}

function isRoot(schema: GraphQLSchema, type: GraphQLObjectType): boolean {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].includes(type);
}
