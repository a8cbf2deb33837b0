import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createStatementReader } from './statement-counter.ts';

const packet = (sequence: number, body: number[]) => [
  body.length & 0xff,
  (body.length >> 8) & 0xff,
  (body.length >> 16) & 0xff,
  sequence,
  ...body,
];
const isStatement = (sequence: number, [first]: number[]) =>
  sequence === 0 && first !== undefined && [0x03, 0x17, 0xfa].includes(first);

describe('createStatementReader', () => {
  test('counts queries and executions, not the login, preparations, pings or continued packets', () => {
    const sent = [
      packet(1, [0x03, 1, 2]),
      packet(0, [0x03, 65]),
      packet(0, [0x16, 65]),
      packet(0, [0x17, 1]),
      packet(0, [0xfa, 1]),
      packet(0, [0x0e]),
      packet(3, []),
    ];
    expect(createStatementReader()(Uint8Array.from(sent.flat()))).toBe(3);
  });

  test('counts the same however the stream is cut', () => {
    const body = fc.array(fc.oneof(fc.constantFrom(0x03, 0x17, 0xfa), fc.nat(255)), { maxLength: 300 });
    const packets = fc.array(fc.tuple(fc.constantFrom(0, 0, 1, 2), body), { maxLength: 20 });
    fc.assert(
      fc.property(packets, fc.array(fc.integer({ min: 1, max: 50 })), (sent, cuts) => {
        const read = createStatementReader();
        const bytes = Uint8Array.from(sent.flatMap(([sequence, content]) => packet(sequence, content)));
        let count = 0;
        let at = 0;
        for (const size of [...cuts, bytes.length]) {
          count += read(bytes.subarray(at, at + size));
          at += size;
        }
        expect(count).toBe(sent.filter(([sequence, content]) => isStatement(sequence, content)).length);
      }),
    );
  });
});
