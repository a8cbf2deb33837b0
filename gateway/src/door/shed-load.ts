import type { Request, RequestHandler } from 'express';
import type { Load } from '../limits/load.ts';
import { requestContextOf } from './request-context-of.ts';

/** Refuses a request with 503 while there is too much to do, before anything of it is read. */
export function refuseOverload(load: Load): RequestHandler {
  return (_request, _response, next) => {
    load.assertNotOverloaded();
    next();
  };
}

/** Counts the request as in flight until it is answered. It runs after the body was read, so that slow bodies take no place. */
export function countInFlight(load: Load, addressOf: (request: Request) => string): RequestHandler {
  return (request, response, next) => {
    const leaveLoad = load.enter(addressOf(request));
    const { leave } = requestContextOf(response);
    response.locals.leave = () => {
      leaveLoad();
      leave();
    };
    response.once('close', leaveLoad);
    next();
  };
}
