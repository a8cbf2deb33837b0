import { z } from 'zod';

const headers = z.record(z.string(), z.string());

/** A message's headers as an outbox keeps them: JSON, or null where there are none. */
export function headersToStore(given: Readonly<Record<string, string>> | undefined): string | null {
  return given === undefined ? null : JSON.stringify(given);
}

/** What was kept. What cannot be read counts as none: a message is worth more than its trace. */
export function storedHeaders(kept: string | null): Record<string, string> {
  try {
    return headers.parse(JSON.parse(kept ?? '{}'));
  } catch {
    return {};
  }
}
