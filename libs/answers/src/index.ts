export { openResultCache, type QueryName, type ResultCache, type ResultRow } from './result-cache.ts';
export { createResultReader, type ResultReader, refreshResults } from './result-reader.ts';
