import { type ConstDirectiveNode, type DocumentNode, Kind, visit } from 'graphql';
import { z } from 'zod';
import { directiveArguments } from './directives.ts';

const link = z.object({
  url: z.string(),
  as: z.string().optional(),
  import: z.array(z.union([z.string(), z.looseObject({ name: z.string(), as: z.string().optional() })])).default([]),
});
const cost = z.object({ weight: z.number() });
const listSize = z.object({
  assumedSize: z.int().optional(),
  slicingArguments: z.array(z.string()).default([]),
  sizedFields: z.array(z.string()).default([]),
});

export type ListSize = z.output<typeof listSize>;

export interface CostRules {
  /** The @cost of a type, a field or an argument, by its schema coordinate: `Type`, `Type.field`, `Type.field(argument:)`. */
  weights: Map<string, number>;
  /** The @listSize of a field, by `Type.field`. */
  listSizes: Map<string, ListSize>;
}

/** The @cost and @listSize directives of a supergraph, under whatever names it links them. */
export function readCostRules(supergraph: DocumentNode): CostRules {
  const rules: CostRules = { weights: new Map(), listSizes: new Map() };
  const names = directiveNames(supergraph);
  let type = '';

  function note(place: string, directives: readonly ConstDirectiveNode[] = []) {
    for (const directive of directives) {
      const { value } = directive.name;
      if (value === names.cost) rules.weights.set(place, cost.parse(directiveArguments(directive)).weight);
      if (value === names.listSize) rules.listSizes.set(place, listSize.parse(directiveArguments(directive)));
    }
  }

  function enter(node: { name: { value: string }; directives?: readonly ConstDirectiveNode[] | undefined }) {
    type = node.name.value;
    note(type, node.directives);
  }

  visit(supergraph, {
    [Kind.OBJECT_TYPE_DEFINITION]: enter,
    [Kind.INTERFACE_TYPE_DEFINITION]: enter,
    InputObjectTypeDefinition(node) {
      enter(node);
      for (const { name, directives } of node.fields ?? []) note(`${type}.${name.value}`, directives);
    },
    [Kind.SCALAR_TYPE_DEFINITION]: enter,
    [Kind.ENUM_TYPE_DEFINITION]: enter,
    FieldDefinition({ name, directives, arguments: given = [] }) {
      const field = `${type}.${name.value}`;
      note(field, directives);
      for (const argument of given) note(`${field}(${argument.name.value}:)`, argument.directives);
    },
  });
  return rules;
}

function directiveNames(supergraph: DocumentNode) {
  const names = { cost: 'cost', listSize: 'listSize' };
  visit(supergraph, {
    Directive(directive) {
      if (directive.name.value !== 'link') return;
      const { url, as = 'cost', import: imports } = link.parse(directiveArguments(directive as ConstDirectiveNode));
      if (!url.startsWith('https://specs.apollo.dev/cost/')) return;
      const imported = new Map(
        imports.map((each) => (typeof each === 'string' ? [each, each] : [each.name, each.as ?? each.name])),
      );
      names.cost = imported.get('@cost')?.slice(1) ?? as;
      names.listSize = imported.get('@listSize')?.slice(1) ?? `${as}__listSize`;
    },
  });
  return names;
}
