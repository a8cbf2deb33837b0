import { type ConstDirectiveNode, type DocumentNode, Kind, visit } from 'graphql';
import { z } from 'zod';
import { type DirectiveNames, directiveArguments, enforced } from '../graphql/directives.ts';

/** What one directive requires of the caller: a token, or all names of at least one alternative. */
export type Requirement =
  | { kind: 'authenticated' }
  | { kind: 'scopes' | 'policies'; alternatives: readonly (readonly string[])[] };

/** All requirements of a type, or of a field (`Type.field`) by itself; each must be met. */
export type AccessRules = Map<string, Requirement[]>;

const alternatives = z.array(z.array(z.string()));

/** The rules set by the supergraph's directives on objects, interfaces, their fields, scalars and enums. */
export function readAccessRules(supergraph: DocumentNode, names: DirectiveNames): AccessRules {
  const rules: AccessRules = new Map();
  let type = '';

  function note(place: string, directives: readonly ConstDirectiveNode[] = []) {
    const found = directives.flatMap((directive) => requirementOf(directive, names));
    if (found.length > 0) rules.set(place, [...(rules.get(place) ?? []), ...found]);
  }

  function enter(node: { name: { value: string }; directives?: readonly ConstDirectiveNode[] | undefined }) {
    type = node.name.value;
    note(type, node.directives);
  }

  visit(supergraph, {
    [Kind.OBJECT_TYPE_DEFINITION]: enter,
    [Kind.OBJECT_TYPE_EXTENSION]: enter,
    [Kind.INTERFACE_TYPE_DEFINITION]: enter,
    [Kind.INTERFACE_TYPE_EXTENSION]: enter,
    [Kind.SCALAR_TYPE_DEFINITION]: enter,
    [Kind.SCALAR_TYPE_EXTENSION]: enter,
    [Kind.ENUM_TYPE_DEFINITION]: enter,
    [Kind.ENUM_TYPE_EXTENSION]: enter,
    FieldDefinition: ({ name, directives }) => note(`${type}.${name.value}`, directives),
  });
  return rules;
}

function requirementOf(directive: ConstDirectiveNode, names: DirectiveNames): Requirement[] {
  const spec = enforced.find((name) => names.get(name) === directive.name.value);
  if (spec === undefined) return [];
  if (spec === 'authenticated') return [{ kind: 'authenticated' }];
  const kind = spec === 'policy' ? 'policies' : 'scopes';
  const given = z.record(z.string(), alternatives).parse(directiveArguments(directive));
  return [{ kind, alternatives: alternatives.parse(given[kind]) }];
}
