import type { RequestHandler, Response } from 'express';
import type { Measures } from './create-measures.ts';
import type { MeasuredOperation } from './measure-operations.ts';

/** Measures each request as an operation, until its answer is out or the client is gone. */
export function measureRequests({ operations }: Measures): RequestHandler {
  return (_request, response, next) => {
    const operation = operations.begin('http');
    response.locals.measured = operation;
    response.once('close', () => {
      if (!response.writableFinished) operation.end('aborted');
      else operation.end(response.statusCode >= 400 ? 'errors' : undefined);
    });
    next();
  };
}

/** The operation that this is the response to; on other routes one that is counted nowhere but in its errors. */
export function measuredBy(response: Response, { operations }: Measures): MeasuredOperation {
  return response.locals.measured ?? { is: () => undefined, failed: operations.failed, end: () => undefined };
}
