import { describe, expect, test } from '@jest/globals';
import { composeResetMail } from './reset-mail.ts';

const token = 'Zm9vYmFy_-0123456789abcdefghijklmnopqrstuvw';
const reset = {
  resetId: '0197c0de-0000-7000-8000-000000000003',
  user: { email: 'ann@example.com', name: 'Ann' },
  token,
  expiresAt: '2026-01-02T14:05:59.000Z',
};

describe('the mail with a link to a new password', () => {
  test('has the link and the mutation, in both of its parts, and says until when they are good', () => {
    const { subject, text, html, headers } = composeResetMail(reset, { publicUrl: 'https://example.com/' });
    expect(subject).toBe('Your link to a new password');
    expect(text).toContain(`\n  https://example.com/account/reset-password#token=${token}\n`);
    expect(text).toContain(`\n  mutation { resetPassword(token: "${token}", newPassword: "…") { accessToken } }\n`);
    expect(html).toContain(`href="https://example.com/account/reset-password#token=${token}"`);
    expect(html).toContain(`resetPassword(token: &quot;${token}&quot;`);
    for (const part of [text, html]) expect(part).toContain('until 14:05 UTC');
    expect(headers).toMatchObject({ 'Auto-Submitted': 'auto-generated' });
  });

  test('lets nothing of a hostile name become markup or another line', () => {
    const name = 'Ann\r\n<a href="https://evil.example">click</a>\u202E';
    const { text, html } = composeResetMail({ ...reset, user: { ...reset.user, name } }, { publicUrl: 'http://x' });
    expect(text).toMatch(/^Hello Ann <a href="https\[:\]\/\/evil\[\.\]example">click<\/a>,\n/);
    expect(html).not.toContain('<a href="https://evil.example"');
  });
});
