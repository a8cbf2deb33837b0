import { randomUUID } from 'node:crypto';
import type { Log } from '@tributary/core';
import type { RequestHandler } from 'express';

/**
 * Gives every request an id, the gateway's x-request-id if it sent one, in `response.locals`, and writes one line when
 * the answer is out or broken off. The query string is left out: it may carry a signature.
 */
export function logRequests(log: Log): RequestHandler {
  return (request, response, next) => {
    const given = request.get('x-request-id');
    const requestId = given !== undefined && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
    response.locals.requestId = requestId;
    response.locals.log = log.child({ requestId });
    response.set('x-request-id', requestId);
    const startedAt = performance.now();
    const { method, path } = request;
    response.once('close', () => {
      const ms = Math.round(performance.now() - startedAt);
      const broken = !response.writableFinished || undefined;
      log.info({ requestId, method, path, status: response.statusCode, ms, broken }, 'request');
    });
    next();
  };
}
