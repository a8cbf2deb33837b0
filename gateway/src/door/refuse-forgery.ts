import type { Request } from 'express';
import { csrfHeaders } from '../graph/csrf-headers.ts';
import { OverLimit } from '../limits/over-limit.ts';

const sentWithoutAsking = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

/** Throws BAD_USER_INPUT for a request that a page of another origin could make a browser send without asking first. */
export function refuseForgery(request: Request): void {
  const type = request.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== undefined && !sentWithoutAsking.includes(type)) return;
  if (csrfHeaders.some((name) => request.get(name))) return;
  throw new OverLimit('BAD_USER_INPUT', `Send a JSON body, or one of the headers ${csrfHeaders.join(', ')}`, 'CSRF');
}
