import type { Response } from 'express';
import { z } from 'zod';
import type { ArrivingFiles } from '../subgraph/arriving-files.ts';

const noted = z.object({
  requestId: z.string(),
  signal: z.instanceof(AbortSignal),
  files: z.custom<ArrivingFiles>().optional(),
});

/** What identifyRequest and acceptUploads noted of the request that this is the response to. */
export function requestContextOf(response: Response): z.output<typeof noted> {
  return noted.parse(response.locals);
}
