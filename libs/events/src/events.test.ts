import { describe, expect, test } from '@jest/globals';
import * as events from './index.ts';

const contracts = [...Object.values(events), ...Object.values(events.workEvents('csv-loader'))].filter(
  (value) => typeof value === 'object' && 'routingKey' in value,
);

describe('the message contracts', () => {
  test.each(contracts.map((contract) => [contract.type, contract]))(
    '%s is <database or worker>.<entity>.<past participle>',
    (type) => {
      expect(type).toMatch(/^(users|uploads|notifications|csv-loader)\.[a-z]+\.[a-z]+ed$|^notifications\.email\.sent$/);
    },
  );

  test('no two share a type', () => {
    expect(new Set(contracts.map(({ type }) => type)).size).toBe(contracts.length);
  });

  test('accepted carries the kind behind its type, and one binding gets every kind', () => {
    const body = events.uploadAccepted.body.parse({
      uploadId: '0195f7c2-6b7e-7b5d-9f1e-0d9a4d0f2a11',
      fileId: 'f1',
      filename: 'jobs.csv',
      kind: 'HIRED_EMPLOYEES',
      bytes: 1,
      sequence: 1,
      uploader: { id: '0195f7c2-6b7e-7b5d-9f1e-0d9a4d0f2a12', email: 'ann@example.com', name: 'Ann' },
      dependsOn: [],
      receivedAt: '2026-01-01T00:00:00.000Z',
    });
    expect(events.uploadAccepted.routingKey(body)).toBe('uploads.upload.accepted.hired_employees');
    expect(events.uploadAccepted.binding).toBe('uploads.upload.accepted.*');
  });
});
