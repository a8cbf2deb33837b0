import { describe, expect, test } from '@jest/globals';
import { createResetMail, renderLinkMail } from './link-mails.ts';

const token = 'Zm9vYmFy_-0123456789abcdefghijklmnopqrstuvw';
const reset = { user: { email: 'ann@example.com', name: 'Ann' }, expiresAt: '2026-01-02T14:05:59.000Z' };

describe('the email with a password reset link', () => {
  test('has the link in both of its parts, and says when it expires', () => {
    const options = { token, publicUrl: 'https://example.com/' };
    const { subject, text, html, headers } = renderLinkMail(createResetMail(reset), options);
    expect(subject).toBe('Reset your Tributary password');
    expect(text).toContain(`\n  https://example.com/account/reset-password#token=${token}\n`);
    expect(html).toContain(`href="https://example.com/account/reset-password#token=${token}"`);
    for (const part of [text, html]) {
      expect(part).toContain('expires at 14:05 UTC');
      expect(part.split(token)).toHaveLength(2);
    }
    expect(headers).toMatchObject({ 'Auto-Submitted': 'auto-generated' });
  });

  test('lets nothing of a hostile name become markup or another line', () => {
    const name = 'Ann\r\n<a href="https://evil.example">click</a>\u202E';
    const mail = createResetMail({ ...reset, user: { ...reset.user, name } });
    const { text, html } = renderLinkMail(mail, { token, publicUrl: 'http://x' });
    expect(text).toMatch(/^Hello Ann <a href="https\[:\]\/\/evil\[\.\]example">click<\/a>,\n/);
    expect(html).not.toContain('<a href="https://evil.example"');
  });
});
