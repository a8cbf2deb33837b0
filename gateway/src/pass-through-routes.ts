import { z } from 'zod';

/** PASS_THROUGH: a comma-separated list of `/public/prefix=subgraph`, prefixes without a slash at the end. */
export const passThroughRoutes = z.string().transform((text, context) => {
  const entries = text.split(',').map((entry) => entry.trim());
  return entries.filter(Boolean).map((entry) => {
    const [, prefix = '', subgraph = ''] = /^(\/[\w\-/.]*[\w\-.])=([\w-]+)$/.exec(entry) ?? [];
    if (prefix === '' || prefix.split('/').includes('..')) {
      context.addIssue({ code: 'custom', message: `"${entry}" must look like /public/prefix=subgraph` });
    }
    return { prefix, subgraph };
  });
});
