import { parse, visit } from 'graphql';
import { z } from 'zod';
import { directiveArguments } from './directive-arguments.ts';

const joinGraph = z.object({ name: z.string(), url: z.string() });

/**
 * Every subgraph of the supergraph with its URL, or the one that overrides it: `my-name` is overridden by `MY_NAME`. Throws for a URL
 * that is none of HTTP.
 */
export function readSubgraphUrls(sdl: string, overrides: Map<string, string>): Map<string, string> {
  const urls = new Map<string, string>();
  visit(parse(sdl), {
    EnumValueDefinition: ({ directives = [] }) => {
      for (const directive of directives.filter(({ name }) => name.value === 'join__graph')) {
        const { name, url } = joinGraph.parse(directiveArguments(directive));
        const used = overrides.get(name.toUpperCase().replaceAll('-', '_')) ?? url;
        if (!URL.canParse(used) || !/^https?:$/.test(new URL(used).protocol)) {
          throw new Error(`the URL "${used}" of the subgraph "${name}" must begin with http: or https:`);
        }
        urls.set(name, used);
      }
    },
  });
  return urls;
}
