import type { RequestHandler } from 'express';
import { requestIdOf } from '../request-context.ts';

/** Gives each request an id, answered as x-request-id, and a signal aborted when the client goes away before the answer. */
export const identifyRequest: RequestHandler = (request, response, next) => {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const requestId = requestIdOf(request.headers['x-request-id']);
  response.locals.requestId = requestId;
  response.locals.signal = gone.signal;
  response.setHeader('x-request-id', requestId);
  next();
};
