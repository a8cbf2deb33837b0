import { badConfig } from '@tributary/core';
import { type GraphQLInputType, type GraphQLSchema, getNamedType, isInputObjectType } from 'graphql';
import type { FieldRate } from './rates.ts';

/** Throws BAD_CONFIG for a rate that would never be counted: its field is not at the top of this graph, or takes no such argument. */
export function checkFieldRates(schema: GraphQLSchema, rates: readonly FieldRate[]): void {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const { field: place, account } of rates) {
    const [type, name = ''] = place.split('.');
    const field = roots.find((root) => root?.name === type)?.getFields()[name];
    if (!field) throw badConfig(`RATE_LIMITED_FIELDS: the graph has no field "${place}" at its top`);
    let inputs: readonly { name: string; type: GraphQLInputType }[] = field.args;
    for (const step of account) {
      const input = inputs.find((each) => each.name === step);
      if (!input) throw badConfig(`RATE_LIMITED_FIELDS: "${place}" takes no argument "${account.join('.')}"`);
      const inside = getNamedType(input.type);
      inputs = isInputObjectType(inside) ? Object.values(inside.getFields()) : [];
    }
  }
}
