import { describe, expect, test } from '@jest/globals';
import { acceptsType, anyWork, bindingsOf, type EventContract, parseBody, uploadAccepted } from './index.ts';

const about = { uploadId: '0195f7c2-6b7e-7b5d-9f1e-0d9a4d0f2a11', at: '2026-01-01T00:00:00.000Z' };
const counts = { rowsRead: 3, rowsLoaded: 2, rowsRejected: 1 };
const problem = { line: 2, column: 'id', code: 'REQUIRED', message: 'is missing.', raw: ',Clerk' };
const awaits = ['employment.queries.refreshed'];
const results = { conditions: ['employment.results'], version: 4 };
const end = { ...about, counts, problems: [problem], problemCount: 1, resultFiles: [] };
const upload = {
  ...{ uploadId: about.uploadId, fileId: 'f1', filename: 'jobs.csv', kind: 'JOBS', bytes: 1, sequence: 1 },
  uploader: { id: '0195f7c2-6b7e-7b5d-9f1e-0d9a4d0f2a12', email: 'ann@example.com', name: 'Ann' },
  ...{ dependsOn: [], receivedAt: '2026-01-01T00:00:00.000Z' },
};

const former: [string, EventContract, object, object][] = [
  ['uploads.upload.received', uploadAccepted, upload, { ...upload, options: {} }],
  ['employment.load.started', anyWork.started, about, about],
  [
    'employment.load.progressed',
    anyWork.progressed,
    { ...about, ...counts, percent: 5 },
    { ...about, counts, percent: 5 },
  ],
  [
    'employment.load.delayed',
    anyWork.delayed,
    { ...about, message: 'Waits.' },
    { ...about, message: 'Waits.', deadLettered: false },
  ],
  [
    'employment.load.completed',
    anyWork.completed,
    { ...about, ...counts, reasons: [problem], awaits, version: 4 },
    { ...end, ...results, summary: '1 row was rejected.' },
  ],
  [
    'employment.load.failed',
    anyWork.failed,
    { ...about, ...counts, reasons: [problem], failure: 'The file is empty.' },
    { ...end, conditions: results.conditions, code: 'INVALID_FILE', failure: 'The file is empty.' },
  ],
  [
    'employment.load.cancelled',
    anyWork.cancelled,
    { ...about, ...counts, reasons: [problem], awaits, version: 4 },
    { ...end, ...results, summary: 'The upload was cancelled. 2 rows were loaded before that and stay.' },
  ],
  [
    'employment.queries.refreshed',
    anyWork.settled,
    { ...about, version: 4 },
    { ...about, condition: 'employment.results', version: 4 },
  ],
];

describe('a message that the previous version published', () => {
  test.each(former)('%s is still bound, accepted and read', (type, contract, body, current) => {
    expect(acceptsType(contract, type)).toBe(true);
    expect(bindingsOf(contract).some((binding) => binding.startsWith(type))).toBe(true);
    expect(parseBody(contract, type, body)).toEqual({ success: true, data: current });
  });

  test('is refused when its body is not of the form it had', () => {
    expect(parseBody(anyWork.completed, 'employment.load.completed', { ...about, rowsRead: 'x' }).success).toBe(false);
  });
});
