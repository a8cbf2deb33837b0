import type { RequestHandler } from 'express';
import type { Load } from '../limits/load.ts';

/** Counts the request as in hand until it is answered, or refuses it with 503 before anything of it is read. */
export function shedLoad(load: Load): RequestHandler {
  return (_request, response, next) => {
    const leave = load.enter();
    response.locals.leave = leave;
    response.once('close', leave);
    next();
  };
}
