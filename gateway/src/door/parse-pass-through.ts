import { badConfig } from '@tributary/core';

export interface PassThroughRoute {
  /** Path prefix without a slash at its end. */
  prefix: string;
  subgraph: string;
}

/** Reads PASS_THROUGH, a comma list of `/public/prefix=subgraph`. Throws BAD_CONFIG. */
export function parsePassThrough(text: string): PassThroughRoute[] {
  const entries = text.split(',').map((entry) => entry.trim());
  return entries.filter(Boolean).map((entry) => {
    const [, prefix, subgraph] = /^(\/[\w\-/.]*[\w\-.])=([\w-]+)$/.exec(entry) ?? [];
    if (prefix === undefined || subgraph === undefined || prefix.split('/').includes('..')) {
      throw badConfig(`PASS_THROUGH: "${entry}" must look like /public/prefix=subgraph`);
    }
    return { prefix, subgraph };
  });
}
