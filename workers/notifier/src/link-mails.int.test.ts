import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLog } from '@tributary/core';
import { type BodyOf, confirmationRequested, resetRequested } from '@tributary/events';
import { createMemoryBroker } from '@tributary/messaging';
import { openNotificationsDb } from '@tributary/notifications-db';
import { createTestDatabase, fixedClock, startSmtpSink, type TestDatabase } from '@tributary/testing';
import { startWorker } from '@tributary/worker';
import { unusedConfig } from '../fixtures/unused-config.ts';
import { openMailJournal } from './mail-journal.ts';
import { createMailSender } from './mail-sender.ts';
import { connectSmtp } from './smtp.ts';
import notifier from './worker.ts';

const expiresAt = '2026-01-02T03:34:05.678Z';
const token = 'a_-'.repeat(14).concat('0');
const aReset = (): BodyOf<typeof resetRequested> => ({
  ...{ resetId: randomUUID(), user: { email: 'ann@example.com', name: 'Ann' }, token, expiresAt },
});
const log = createLog('test', 'silent');
let database: TestDatabase;
let sink: Awaited<ReturnType<typeof startSmtpSink>>;
beforeAll(async () => {
  database = await createTestDatabase('notifications');
});
beforeEach(async () => {
  sink = await startSmtpSink();
});
afterAll(() => database.drop());

/** Delivers the message that many times to a notifier of its own, at that time. */
function deliver(reset: BodyOf<typeof resetRequested>, options: { at: string; times?: number }) {
  return deliverWith((broker) => broker.publish(resetRequested, reset), reset.resetId, options);
}

async function deliverWith(
  publish: (broker: ReturnType<typeof createMemoryBroker>) => Promise<unknown>,
  subjectId: string,
  { at, times = 1 }: { at: string; times?: number },
) {
  const broker = createMemoryBroker({ acceptUnroutable: true });
  const [db, smtp] = [openNotificationsDb(database.url), connectSmtp(sink.url)];
  const clock = fixedClock(at);
  const mails = createMailSender({ db, journal: openMailJournal(undefined, log), clock, log });
  const sender = {
    from: 'Tributary <tributary@example.com>',
    publicUrl: 'http://localhost:4000',
    maxMailsPerRecipientPerHour: 1,
  };
  const dependencies = { db, mails, smtp, securitySmtp: smtp, assertNotRefused: () => undefined, ...sender };
  const surroundings = { broker, config: unusedConfig, clock, log };
  const worker = await startWorker({ ...notifier, connect: () => dependencies }, surroundings);
  for (let time = 0; time < times; time += 1) await publish(broker);
  await broker.idle();
  await worker.stop();
  const mail = await db.client.email.findUnique({ where: { subjectId } });
  await mails.close();
  smtp.close();
  await db.close();
  await sink.close();
  return { mail, dead: broker.deadLetters('notifier') };
}

describe('the link to a new password', () => {
  test('handling the same message twice changes nothing: one mail, with the link, to the address of the account', async () => {
    const reset = aReset();
    const { mail, dead } = await deliver(reset, { at: '2026-01-02T03:34:05.677Z', times: 2 });
    expect(dead).toEqual([]);
    expect(sink.messages()).toHaveLength(1);
    const [sent] = sink.messages();
    expect(sent).toMatchObject({ messageId: `<${reset.resetId}@example.com>`, to: { text: expect.anything() } });
    expect(sent?.to).toMatchObject({ value: [{ address: 'ann@example.com', name: 'Ann' }] });
    expect(sent?.text).toContain(`http://localhost:4000/account/reset-password#token=${token}`);
    expect(mail?.state).toBe('SENT');
    expect(JSON.stringify(mail)).not.toContain(token);
  });

  test('is not mailed from the moment it has expired', async () => {
    const { mail, dead } = await deliver(aReset(), { at: expiresAt });
    expect({ mail, dead, sent: sink.messages() }).toEqual({ mail: null, dead: [], sent: [] });
  });
});

describe('the link that confirms an address', () => {
  const aConfirmation = (): BodyOf<typeof confirmationRequested> => ({
    ...{ confirmationId: randomUUID(), user: { email: 'bea@example.com' }, token, expiresAt },
  });
  const deliverConfirmation = (body: BodyOf<typeof confirmationRequested>, options: { at: string; times?: number }) =>
    deliverWith((broker) => broker.publish(confirmationRequested, body), body.confirmationId, options);

  test('handling the same message twice changes nothing: one mail with the link, in both of its parts, to the address alone', async () => {
    const body = aConfirmation();
    const { mail, dead } = await deliverConfirmation(body, { at: '2026-01-02T03:34:05.677Z', times: 2 });
    expect(dead).toEqual([]);
    const [sent, ...more] = sink.messages();
    expect(more).toEqual([]);
    expect(sent?.subject).toBe('Confirm your address for Tributary');
    expect(sent?.to).toMatchObject({ value: [{ address: 'bea@example.com', name: '' }] });
    const link = `http://localhost:4000/account/confirm-email#token=${token}`;
    expect(sent?.text).toContain(`\n  ${link}\n`);
    expect(sent?.html).toContain(`href="${link}"`);
    expect(sent?.text).toContain('expires on 2026-01-02 at 03:34 UTC');
    expect(mail?.state).toBe('SENT');
    expect(JSON.stringify(mail)).not.toContain(token);
  });

  test('is not mailed from the moment it has expired', async () => {
    const { mail, dead } = await deliverConfirmation(aConfirmation(), { at: expiresAt });
    expect({ mail, dead, sent: sink.messages() }).toEqual({ mail: null, dead: [], sent: [] });
  });
});
