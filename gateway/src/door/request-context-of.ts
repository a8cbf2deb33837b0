import type { RequestHandler, Response } from 'express';
import { z } from 'zod';
import { requestIdOf } from '../request-context.ts';

const context = z.object({ requestId: z.string(), signal: z.instanceof(AbortSignal) });

/** Gives each request an id, answered as x-request-id, and a signal aborted when the client goes away before the answer. */
export const identifyRequest: RequestHandler = (request, response, next) => {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const requestId = requestIdOf(request.headers['x-request-id']);
  response.locals.context = { requestId, signal: gone.signal };
  response.setHeader('x-request-id', requestId);
  next();
};

/** What identifyRequest noted of the request that this is the response to. */
export function requestContextOf(response: Response): z.output<typeof context> {
  return context.parse(response.locals.context);
}
