export { watchReadiness } from '@tributary/readiness';
export type { Request, Response } from 'express';
export {
  type Connection,
  encodeCursor,
  type PageArguments,
  readFirst,
  readPageArguments,
  toConnection,
} from './connection.ts';
export { readTypeDefs } from './read-type-defs.ts';
export { BigIntScalar as BigInt, DateTime, JsonScalar as JSON } from './scalars.ts';
export { authorizeDownload, hasValidSignature, signDownloadPath } from './signed-path.ts';
export { type Route, type SubgraphOptions, startSubgraph } from './subgraph.ts';
export { requirePermission, requireViewer, type Viewer } from './viewer.ts';
