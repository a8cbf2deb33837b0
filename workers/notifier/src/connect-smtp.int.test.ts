import { expect, test } from '@jest/globals';
import { startSmtpSink, startTcpProxy, waitFor } from '@tributary/testing';
import { connectSmtp } from './connect-smtp.ts';

test('mail is handed over again without a restart after the SMTP server was away, one that was cut while idle included', async () => {
  const sink = await startSmtpSink();
  const proxy = await startTcpProxy(sink.url, 25);
  const smtp = connectSmtp(proxy.urlOf(sink.url));
  const mail = { from: 'a@example.com', to: 'b@example.com', subject: 'A mail', text: 'text' };
  expect(await smtp.send(mail)).toEqual({ state: 'SENT' });
  await proxy.leave();
  await expect(smtp.send(mail)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await proxy.comeBack();
  expect(await smtp.send(mail)).toEqual({ state: 'SENT' });
  proxy.cut();
  await waitFor(() => smtp.send(mail), { timeoutMs: 2_000, what: 'the SMTP server' });
  expect(sink.messages()).toHaveLength(3);
  smtp.close();
  await proxy.close();
  await sink.close();
});
