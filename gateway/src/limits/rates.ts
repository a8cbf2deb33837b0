import { z } from 'zod';

/** So many in a time; all of them may come at once. */
export interface Rate {
  count: number;
  periodMs: number;
}

export interface FieldRate extends Rate {
  /** `Mutation.login`. */
  field: string;
  /** The path of the argument that says whose account it is about; empty where the viewer's is meant. */
  account: string[];
}

const pattern = /^(\d{1,9})\/(\d{1,6})s$/;

function readRate(text: string): Rate | undefined {
  const [, count, seconds] = pattern.exec(text) ?? [];
  const rate = { count: Number(count), periodMs: Number(seconds) * 1000 };
  return rate.count > 0 && rate.periodMs > 0 ? rate : undefined;
}

/** `600/60s`, or `off`. */
export const rateOrOff = z.string().transform((text, context): Rate | null => {
  const rate = readRate(text);
  if (!rate && text !== 'off') context.addIssue({ code: 'custom', message: 'must look like 600/60s, or be off' });
  return rate ?? null;
});

/** A comma list of `Mutation.login(email)=10/60s`, or `off`; the argument may be left out, or lie deeper: `(input.email)`. */
export const fieldRates = z.string().transform((text, context): FieldRate[] => {
  if (text === 'off') return [];
  const entries = text.split(',').map((each) => each.trim());
  return entries.filter(Boolean).flatMap((entry) => {
    const [, field = '', account, given = ''] = /^(\w+\.\w+)(?:\(([\w.]+)\))?=(.+)$/.exec(entry) ?? [];
    const rate = readRate(given);
    if (rate) return [{ field, account: account?.split('.') ?? [], ...rate }];
    context.addIssue({ code: 'custom', message: `"${entry}" must look like Mutation.login(email)=10/60s` });
    return [];
  });
});
