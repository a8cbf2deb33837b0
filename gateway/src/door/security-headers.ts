import type { RequestHandler } from 'express';

const always = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
};
// Answers are data; only the landing page outside production runs anything.
const nothingRuns = { 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" };

/** Tells browsers to take every answer for what it says it is, and to run and frame nothing of it. */
export function securityHeaders({ isProduction }: { isProduction: boolean }): RequestHandler {
  const headers = isProduction ? { ...always, ...nothingRuns } : always;
  return (_request, response, next) => {
    response.set(headers);
    next();
  };
}
