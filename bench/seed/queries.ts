import type { HttpRequest } from '../load/job.ts';

/** What people ask of the system: answers from the cache, a page of rows, their account, and a query over two subgraphs. */
export const queries = {
  hiresByQuarter: '{ hiresByQuarter(year: 2021) { department job q1 q2 q3 q4 } }',
  departmentsAboveMean: '{ departmentsAboveMean(year: 2021) { id department hired } }',
  employees:
    '{ employees(first: 20) { nodes { id name hiredAt department { name } job { name } } pageInfo { hasNextPage endCursor } } }',
  me: '{ me { id name email permissions } }',
  uploads: '{ me { name uploads(first: 3) { nodes { id filename status rowsLoaded } } } }',
};

/** A query as a client sends it. */
export const queryRequest = (token: string, query: string, variables: object = {}): HttpRequest => ({
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body: JSON.stringify({ query, variables }),
});

/** All of them, to be sent in turn. */
export const mixedRequests = (token: string) => Object.values(queries).map((query) => queryRequest(token, query));
