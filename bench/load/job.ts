/**
 * What is asked for: requests taken in turn; the cached answer as the employees subgraph reads it from Redis; or one year's answer
 * from the database, as it reads it while nothing is cached, when those who ask meanwhile share a run.
 */
export type Target =
  | { kind: 'http'; url: string; requests: readonly HttpRequest[] }
  | { kind: 'redis'; url: string; key: string; field: string }
  | { kind: 'sql'; url: string; year: number };

export interface HttpRequest {
  headers: Readonly<Record<string, string>>;
  body: string;
}

/**
 * - `closed`: each connection sends its next request when it has its answer, for so long.
 * - `open`: so many a second whatever the answers do; a request's time counts from when it was due.
 * - `concurrentUsers`: all users start within `withinMs`; each sends its requests one after the other.
 */
export type Pace =
  | { kind: 'closed'; connections: number; seconds: number }
  | { kind: 'open'; perSecond: number; seconds: number; connections: number }
  | { kind: 'concurrentUsers'; users: number; requestsEach: number; withinMs: number };

export interface LoadJob {
  target: Target;
  pace: Pace;
}

/** One request: how long it took, and what went wrong with it, or null. */
export interface Sample {
  ms: number;
  error: string | null;
}

/** Sends the next request over one of the connections. Never rejects. */
export type Send = (connection: number) => Promise<string | null>;
