import { parse, visit } from 'graphql';
import { z } from 'zod';
import { directiveArguments } from './directive-arguments.ts';

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
