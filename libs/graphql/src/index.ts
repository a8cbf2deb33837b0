export { watchReadiness } from '@tributary/readiness';
export { BigIntScalar as BigInt } from './big-int.ts';
export { type Connection, toConnection } from './connection.ts';
export { decodeCursor, encodeCursor } from './cursor.ts';
export { DateTime } from './date-time.ts';
export { pageArguments } from './page-arguments.ts';
export { authorizeDownload, hasValidSignature, signDownloadPath } from './signed-path.ts';
export { type SubgraphOptions, startSubgraph } from './start-subgraph.ts';
export { requirePermission, requireViewer, type Viewer } from './viewer.ts';
