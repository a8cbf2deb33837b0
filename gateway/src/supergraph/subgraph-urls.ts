import { type ConstDirectiveNode, Kind, parse, valueFromASTUntyped, visit } from 'graphql';
import { z } from 'zod';

const joinGraph = z.object({ name: z.string(), url: z.string() });

/** Every subgraph of the supergraph with its URL, or the one that overrides it: `my-name` is overridden by `MY_NAME`. */
export function readSubgraphUrls(sdl: string, overrides: Map<string, string>): Map<string, string> {
  const urls = new Map<string, string>();
  visit(parse(sdl), {
    EnumValueDefinition: ({ directives = [] }) => {
      for (const directive of directives.filter(({ name }) => name.value === 'join__graph')) {
        const { name, url } = joinGraph.parse(directiveArguments(directive));
        urls.set(name, overrides.get(name.toUpperCase().replaceAll('-', '_')) ?? url);
      }
    },
  });
  return urls;
}

/** The arguments of a directive as plain values. */
export function directiveArguments(directive: ConstDirectiveNode): unknown {
  const fields = (directive.arguments ?? []).map(
    ({ name, value }) => ({ kind: Kind.OBJECT_FIELD, name, value }) as const,
  );
  return valueFromASTUntyped({ kind: Kind.OBJECT, fields });
}
