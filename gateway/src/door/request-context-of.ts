import type { Response } from 'express';
import { z } from 'zod';
import type { OpenGraph } from '../graph/open-graph.ts';
import type { ArrivingFiles } from '../subgraph/arriving-files.ts';
import type { ReadOperation } from './read-operation.ts';

const noted = z.object({
  requestId: z.string(),
  signal: z.instanceof(AbortSignal),
  graph: z.custom<OpenGraph>((value) => typeof value === 'object'),
  /** The request no longer needs its graph, nor counts as in hand. */
  leave: z.custom<() => void>((value) => typeof value === 'function'),
  /** Undefined where there was no operation that could be read. */
  operation: z.custom<ReadOperation>().optional(),
  files: z.custom<ArrivingFiles>().optional(),
});

/** What identifyRequest, enterGraph, acceptUploads and answerOperations noted of the request that this is the response to. */
export function requestContextOf(response: Response): z.output<typeof noted> {
  return noted.parse(response.locals);
}
