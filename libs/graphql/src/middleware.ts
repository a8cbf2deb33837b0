import { randomUUID } from 'node:crypto';
import { type ErrorCode, type ErrorReason, isAppError, type Log, toExtensions } from '@tributary/core';
import { type ErrorRequestHandler, type RequestHandler, Router } from 'express';

const statuses: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  BAD_USER_INPUT: 400,
  CONFLICT: 409,
  FILE_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
};

/** Headers that describe a file which is not sent after all. */
const fileHeaders = ['content-type', 'content-disposition', 'content-length', 'content-range', 'accept-ranges', 'etag'];

/**
 * Sends what a route or middleware threw: as a page to browsers that open a link, otherwise in GraphQL's shape of errors.
 * A response that is half sent is cut off. `failed` receives each code.
 */
export function answerErrors(log: Log, failed: (code: ErrorCode) => void): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const { status, message, extensions } = describe(error);
    const { code } = extensions;
    failed(code);
    const requestId: unknown = response.locals.requestId;
    if (status >= 500 && code === 'INTERNAL_SERVER_ERROR') log.error({ err: error, requestId }, 'request failed');
    if (response.headersSent) {
      response.destroy();
      return;
    }
    for (const name of fileHeaders) response.removeHeader(name);
    response.status(status).set('cache-control', 'no-store').vary('accept');
    const isPage = ['GET', 'HEAD'].includes(request.method) && request.accepts(['json', 'html']) === 'html';
    if (isPage) response.set(pageHeaders).send(errorPage(message));
    else response.json({ errors: [{ message, extensions: { ...extensions, requestId } }] });
  };
}

function describe(error: unknown): {
  status: number;
  message: string;
  extensions: { code: ErrorCode; reason: ErrorReason };
} {
  if (isAppError(error)) {
    const status = statuses[error.code];
    if (status !== undefined) return { status, message: error.message, extensions: toExtensions(error) };
  }
  if (isClientError(error)) {
    const extensions = { code: 'BAD_USER_INPUT', reason: 'REQUEST_MALFORMED' } as const;
    return { status: error.status, message: error.message, extensions };
  }
  const extensions = { code: 'INTERNAL_SERVER_ERROR', reason: 'INTERNAL_ERROR' } as const;
  return { status: 500, message: 'Internal server error', extensions };
}

/** What express and its body parsers throw for a malformed or too large request. */
function isClientError(error: unknown): error is { status: number; message: string } {
  return (
    error instanceof Error &&
    'status' in error &&
    typeof error.status === 'number' &&
    error.status >= 400 &&
    error.status < 500
  );
}

const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
};

function errorPage(message: string): string {
  const text = message.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tributary</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 15vh auto; padding: 0 1.5rem; }
</style>
<h1>This page cannot be shown</h1>
<p>${text}</p>
</html>
`;
}

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

/** GET /health/live answers while the process lives; GET /health/ready says 503 with what is waited for. */
export function healthRoutes(waitingFor: () => string[]): Router {
  const router = Router();
  router.get('/health/live', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/health/ready', (_request, response) => {
    const missing = waitingFor();
    if (missing.length === 0) response.json({ status: 'ok' });
    else response.status(503).json({ status: 'unavailable', waitingFor: missing });
  });
  return router;
}
