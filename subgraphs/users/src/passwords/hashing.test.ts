import { describe, expect, test } from '@jest/globals';
import { createPasswords } from './hashing.ts';

const cost = { memoryCost: 8, timeCost: 1, parallelism: 1 };

describe('passwords', () => {
  test('are hashed with argon2id at the cost OWASP asks for, each with a salt of its own', async () => {
    const passwords = await createPasswords();
    const [one, other] = await Promise.all([passwords.hash('open sesame'), passwords.hash('open sesame')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(other).not.toBe(one);
    expect(await passwords.verify(one, 'open sesame')).toBe(true);
    expect(await passwords.verify(one, 'open sesame ')).toBe(false);
  });

  test('without an account are compared all the same, and never right', async () => {
    let compared = 0;
    const verifyHash = async () => {
      compared += 1;
      return true;
    };
    const passwords = await createPasswords({ cost, verifyHash });
    expect(await passwords.verify(null, 'nobody has this password')).toBe(false);
    expect(compared).toBe(1);
  });

  test('are compared four at a time; two hundred wait, the next is UNAVAILABLE, and all that wait are served', async () => {
    let running = 0;
    let most = 0;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const verifyHash = async () => {
      running += 1;
      most = Math.max(most, running);
      await released;
      running -= 1;
      return true;
    };
    const passwords = await createPasswords({ cost, verifyHash });
    const served = Array.from({ length: 204 }, () => passwords.verify('a hash', 'a password'));
    await expect(passwords.verify('a hash', 'a password')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    release();
    expect(await Promise.all(served)).toEqual(Array(204).fill(true));
    expect(most).toBe(4);
    expect(await passwords.verify('a hash', 'a password')).toBe(true);
  });
});
