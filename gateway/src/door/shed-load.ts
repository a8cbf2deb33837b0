import type { Request, RequestHandler } from 'express';
import type { Load } from '../limits/load.ts';
import type { Limits } from '../limits/open-limits.ts';
import { requestContextOf } from './request-context-of.ts';

/** Refuses a request with 503 while there is too much to do, and with 429 from an address that must wait, before anything of it is read. */
export function refuseOverload({ load, refusals, addressOf }: Limits): RequestHandler {
  return (request, _response, next) => {
    refusals.assertNotBlocked(addressOf(request));
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
