import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  Kind,
  type SchemaDefinitionNode,
  type SchemaExtensionNode,
  valueFromASTUntyped,
} from 'graphql';
import { z } from 'zod';

/** The arguments of a directive as plain values. */
export function directiveArguments(directive: ConstDirectiveNode): unknown {
  const fields = (directive.arguments ?? []).map(
    ({ name, value }) => ({ kind: Kind.OBJECT_FIELD, name, value }) as const,
  );
  return valueFromASTUntyped({ kind: Kind.OBJECT, fields });
}

const link = z.object({
  url: z.string(),
  as: z.string().optional(),
  import: z.array(z.union([z.string(), z.object({ name: z.string(), as: z.string().optional() })])).default([]),
});

export const enforced = ['authenticated', 'requiresScopes', 'policy'] as const;

/** The name of a directive in this supergraph, by its name in the specification. */
export type DirectiveNames = Map<(typeof enforced)[number], string>;

/** The authorization directives that the supergraph links, by their names in it. */
export function readSecurityFeatures(supergraph: DocumentNode): DirectiveNames {
  const names: DirectiveNames = new Map();
  for (const directive of supergraph.definitions.filter(isSchema).flatMap(({ directives = [] }) => directives)) {
    const spec = linkedSpec(directive);
    if (!spec) continue;
    const { as, import: imports } = link.parse(directiveArguments(directive));
    const imported = imports.map((entry) => (typeof entry === 'string' ? { name: entry, as: entry } : entry));
    const alias = imported.find(({ name }) => name === `@${spec}`)?.as?.slice(1);
    names.set(spec, alias ?? as ?? spec);
  }
  return names;
}

/**
 * The supergraph without the mark `for: SECURITY` on features that are enforced in front of @apollo/gateway, which
 * refuses to load it with the mark. Marks of other features and of unknown versions stay: the gateway cannot enforce
 * these and must not serve them.
 */
export function withoutSecurityMarks(supergraph: DocumentNode): DocumentNode {
  const unmarked = (directive: ConstDirectiveNode): ConstDirectiveNode =>
    linkedSpec(directive)
      ? { ...directive, arguments: (directive.arguments ?? []).filter(({ name }) => name.value !== 'for') }
      : directive;
  const definitions = supergraph.definitions.map((definition) =>
    isSchema(definition) ? { ...definition, directives: (definition.directives ?? []).map(unmarked) } : definition,
  );
  return { ...supergraph, definitions };
}

function linkedSpec(directive: ConstDirectiveNode) {
  if (directive.name.value !== 'link') return undefined;
  const { url } = link.parse(directiveArguments(directive));
  return enforced.find((name) => url === `https://specs.apollo.dev/${name}/v0.1`);
}

const isSchema = (definition: DefinitionNode): definition is SchemaDefinitionNode | SchemaExtensionNode =>
  definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION;
