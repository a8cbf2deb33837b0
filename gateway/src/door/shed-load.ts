import type { RequestHandler } from 'express';
import type { Load } from '../limits/load.ts';
import { requestContextOf } from './request-context-of.ts';

/** Counts the request as in hand until it is answered, or refuses it with 503 before anything of it is read. */
export function shedLoad(load: Load): RequestHandler {
  return (_request, response, next) => {
    const leaveLoad = load.enter();
    const { leave } = requestContextOf(response);
    response.locals.leave = () => {
      leaveLoad();
      leave();
    };
    response.once('close', leaveLoad);
    next();
  };
}
