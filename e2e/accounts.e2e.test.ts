import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitFor } from '@tributary/testing';
import { openClient, type TestClient } from './client.ts';
import { openMailbox } from './mailbox.ts';
import { openPage } from './page.ts';
import { departmentsCsv, employeesCsv, jobsCsv } from './sample-files.ts';
import { openStack, queryNumbers, type Stack } from './stack.ts';

let stack: Stack;
let client: TestClient;
let mailbox: ReturnType<typeof openMailbox>;
beforeAll(async () => {
  stack = await openStack({ workers: 'together' });
  client = openClient(stack.gatewayUrl);
  mailbox = openMailbox(stack);
}, 180_000);
afterAll(() => stack?.remove(), 60_000);

const codes = ({ errors }: Awaited<ReturnType<TestClient['graph']>>) => errors.map(({ extensions }) => extensions.code);

describe('a forgotten password', () => {
  const request = 'mutation ($email: String!) { requestPasswordReset(email: $email) }';
  const reset = `mutation ($token: String!, $newPassword: String!) {
    resetPassword(token: $token, newPassword: $newPassword) { accessToken user { id email } } }`;
  const me = '{ me { id } }';

  async function askForLink(email: string) {
    expect(await client.data(request, { email })).toEqual({ requestPasswordReset: true });
    const link = await mailbox.linkMailedTo(email, 'Reset your');
    expect(link).toMatch(`:${new URL(stack.gatewayUrl).port}/account/reset-password#token=`);
    return link;
  }

  test('is replaced once by a mailed link; old tokens and the old password are refused afterwards', async () => {
    const ann = await client.register();
    expect((await client.data(me, {}, ann.token)).me).toEqual({ id: ann.id });
    expect(await client.data(request, { email: 'nobody@example.com' })).toEqual({ requestPasswordReset: true });
    const link = await askForLink(ann.email);
    const token = new URLSearchParams(new URL(link).hash.slice(1)).get('token');

    const newPassword = `another ${ann.password}`;
    const { resetPassword } = await client.data(reset, { token, newPassword });
    expect(resetPassword.user).toEqual({ id: ann.id, email: ann.email });
    expect(codes(await client.graph(me, {}, ann.token))).toEqual(['UNAUTHENTICATED']);
    expect((await client.data(me, {}, resetPassword.accessToken)).me).toEqual({ id: ann.id });
    await expect(client.login(ann.email, ann.password)).rejects.toThrow('UNAUTHENTICATED');
    await client.login(ann.email, newPassword);
    expect(codes(await client.graph(reset, { token, newPassword }))).toEqual(['BAD_USER_INPUT']);
    expect(await mailbox.mailsTo('nobody@example.com', 'Reset your')).toEqual([]);
  });

  test('is replaced on the page of the link, which removes the token from the address and shows errors', async () => {
    const ann = await client.register();
    const link = await askForLink(ann.email);
    const page = await openPage(link);
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(page.address()).toBe(link.split('#')[0]);
    expect(page.hasForm()).toBe(true);

    const newPassword = `another ${ann.password}`;
    expect(await page.submit(newPassword, `${newPassword}!`)).toBe('The two passwords are not the same.');
    expect(await page.submit('pa55', 'pa55')).toBe('The password must be 10 to 128 characters long; this one has 4.');
    await client.login(ann.email, ann.password);
    expect(await page.submit(newPassword, newPassword)).toMatch('Your password is changed.');
    expect(page.hasForm()).toBe(false);
    await expect(client.login(ann.email, ann.password)).rejects.toThrow('UNAUTHENTICATED');
    await client.login(ann.email, newPassword);

    const again = await openPage(link);
    expect(await again.submit('a third good password', 'a third good password')).toMatch('This link is not valid');
    await client.login(ann.email, newPassword);
    const loadedAgain = await openPage(again.address());
    expect([loadedAgain.hasForm(), loadedAgain.message()]).toEqual([
      false,
      expect.stringMatching('Please open the link'),
    ]);
    loadedAgain.follow(link);
    expect([loadedAgain.hasForm(), loadedAgain.message(), loadedAgain.address()]).toEqual([true, '', again.address()]);
  });
});

describe('a deleted upload', () => {
  const remove = 'mutation ($id: ID!) { deleteUpload(id: $id) }';
  const rejectedUrl = 'query ($id: ID!) { fileUpload(id: $id) { rejectedRowsUrl rejections { totalCount } } }';
  const audit = '{ auditEntries { nodes { action actor { id } uploadId filename rowsLoaded rowsRejected } } }';
  const employee = '{ employee(id: "1") { name upload { id } } }';

  test('loses its file and its rejections, keeps its rows, and has an audit entry', async () => {
    const ann = await client.register();
    await client.load(ann.token, { content: departmentsCsv, kind: 'DEPARTMENTS' });
    await client.load(ann.token, { content: jobsCsv, kind: 'JOBS' });
    const content = `${employeesCsv(3)}8,,2021-01-15T08:00:00Z,1,1\n`;
    const { id, downloadUrl } = await client.upload(ann.token, { content, kind: 'HIRED_EMPLOYEES', key: 'hires' });
    await client.follow(ann.token, id);
    expect((await fetch(downloadUrl)).status).toBe(200);
    const before = (await client.data(employee, {}, ann.token)).employee;
    expect(before.upload).toEqual({ id });
    const { rejectedRowsUrl, rejections } = (await client.data(rejectedUrl, { id }, ann.token)).fileUpload;
    expect(rejections.totalCount).toBe(1);

    const eve = await client.register();
    expect(codes(await client.graph(remove, { id }, eve.token))).toEqual(['FORBIDDEN']);
    expect(await client.data(remove, { id }, ann.token)).toEqual({ deleteUpload: true });

    expect((await fetch(downloadUrl)).status).toBe(404);
    expect(codes(await client.graph(rejectedUrl, { id }, ann.token))).toEqual(['NOT_FOUND']);
    await expect(client.follow(ann.token, id)).rejects.toThrow('NOT_FOUND');
    expect((await fetch(rejectedRowsUrl)).status).toBe(404);
    const isUnlinked = async () => (await client.data(employee, {}, ann.token)).employee.upload === null;
    await waitFor(isUnlinked, { what: 'csv-loader to remove the record of the load' });
    expect((await client.data(employee, {}, ann.token)).employee).toEqual({ ...before, upload: null });
    expect(codes(await client.graph(audit, {}, ann.token))).toEqual(['FORBIDDEN']);
    const admin = await client.login(stack.admin.email, stack.admin.password);
    expect((await client.data(audit, {}, admin)).auditEntries.nodes).toEqual([
      {
        action: 'UPLOAD_DELETED',
        actor: { id: ann.id },
        uploadId: id,
        filename: 'file.csv',
        rowsLoaded: 3,
        rowsRejected: 1,
      },
    ]);

    const again = await client.upload(ann.token, { content: 'id,job\n', kind: 'JOBS', key: 'hires' });
    expect(again.id).not.toBe(id);
  });
});

describe('a cancelled upload', () => {
  const cancel = 'mutation ($id: ID!) { cancelUpload(id: $id) { id cancelRequestedAt } }';
  const hires = '{ hiresByQuarter(year: 2019) { q1 q2 q3 q4 } }';
  const rows = 400_000;

  test('keeps the committed rows and reports their number; results and mail agree', async () => {
    const ann = await client.register();
    await client.load(ann.token, { content: departmentsCsv, kind: 'DEPARTMENTS' });
    await client.load(ann.token, { content: jobsCsv, kind: 'JOBS' });
    const content = employeesCsv(rows, { first: 1_000, year: 2019 });
    const { id } = await client.upload(ann.token, { content, kind: 'HIRED_EMPLOYEES' });
    const following = client.follow(ann.token, id);
    const hasBegun = async () => (await client.record(ann.token, id)).rowsLoaded > 0;
    await waitFor(hasBegun, { what: 'the first rows to be committed', timeoutMs: 30_000 });
    const eve = await client.register();
    expect(codes(await client.graph(cancel, { id }, eve.token))).toEqual(['FORBIDDEN']);
    const { cancelUpload } = await client.data(cancel, { id }, ann.token);
    expect(cancelUpload).toEqual({ id, cancelRequestedAt: expect.any(String) });

    const events = await following;
    expect(events.map(({ cursor }) => cursor)).toEqual(events.map((_, index) => index + 1));
    const { status, rowsLoaded } = await client.record(ann.token, id);
    expect([events.at(-1)?.status, status]).toEqual(['CANCELLED', 'CANCELLED']);
    expect(rowsLoaded).toBeGreaterThan(0);
    expect(rowsLoaded).toBeLessThan(rows);
    const count = 'SELECT COUNT(*) AS n FROM employees WHERE id >= 1000';
    expect(await queryNumbers(stack, 'EMPLOYMENT', count)).toEqual({ n: rowsLoaded });
    const quarters: { q1: number; q2: number; q3: number; q4: number }[] = (await client.data(hires, {}, ann.token))
      .hiresByQuarter;
    expect(quarters.reduce((sum, { q1, q2, q3, q4 }) => sum + q1 + q2 + q3 + q4, 0)).toBe(rowsLoaded);
    const mailed = async () => (await mailbox.mailsTo(ann.email, 'was cancelled'))[0];
    const mail = await waitFor(mailed, { what: 'the mail', timeoutMs: 20_000 });
    expect(mail.text.replaceAll(',', '')).toContain(String(rowsLoaded));

    expect((await client.data(cancel, { id }, ann.token)).cancelUpload.id).toBe(id);
    const done = await client.load(ann.token, { content: departmentsCsv, kind: 'DEPARTMENTS' });
    expect(codes(await client.graph(cancel, { id: done.id }, ann.token))).toEqual(['CONFLICT']);
  }, 90_000);
});
