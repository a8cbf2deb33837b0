import { describe, expect, test } from '@jest/globals';
import { anyWork, uploadAccepted } from '@tributary/events';
import { z } from 'zod';
import { defineWorker } from './define-worker.ts';

describe('defineWorker', () => {
  test('gives a handler of one contract its body, typed, and the dependencies connect returned', () => {
    const definition = defineWorker({
      name: 'one',
      consumes: uploadAccepted,
      prefetch: 1,
      config: z.object({ GREETING: z.string() }),
      connect(config) {
        return { greet: (name: string) => `${config.GREETING}, ${name}` };
      },
      async handle(upload, { greet, log }) {
        const line: string = greet(upload.uploader.name);
        log.info(line);
      },
    });
    expect(definition.consumes).toBe(uploadAccepted);
  });

  test('gives a handler of several contracts messages told apart by their type', () => {
    const definition = defineWorker({
      name: 'several',
      consumes: [anyWork.completed, anyWork.failed],
      prefetch: 1,
      config: z.object({}),
      connect: () => ({}),
      async handle(message) {
        if (message.type === '*.work.failed') {
          const failure: string = message.body.failure;
          expect(failure).toBeDefined();
        } else {
          const version: number = message.body.version;
          expect(version).toBeDefined();
        }
      },
    });
    expect(definition.consumes).toEqual([anyWork.completed, anyWork.failed]);
  });
});
