import type { RequestHandler } from 'express';
import type { CurrentGraph } from '../graph/current-graph.ts';

/** Gives the request the graph of now until it is answered, whatever replaces that meanwhile; a stream leaves it earlier. */
export function enterGraph(graphs: CurrentGraph): RequestHandler {
  return (_request, response, next) => {
    const { graph, leave } = graphs.enter();
    response.locals.graph = graph;
    response.locals.leave = leave;
    response.once('close', leave);
    next();
  };
}
