import { Counter, type Registry } from 'prom-client';
import { boundedSample } from './bounded-sample.ts';
import { gaugeOf } from './gauge-of.ts';

interface OutboxContents {
  messages: number;
  /** When the oldest was put in; null for an empty outbox. */
  oldestAt: Date | null;
}

/** How one try to send a message of an outbox ended. */
const sendOutcomes = ['sent', 'returned', 'refused', 'unavailable'] as const;

type SendOutcome = (typeof sendOutcomes)[number];

/** Adds what waits in an outbox, for how long, and how sending ends; the result counts one try. Once per process. */
export function measureOutbox(
  registry: Registry,
  look: () => Promise<OutboxContents>,
  now: () => Date,
): (outcome: SendOutcome) => void {
  const contents = boundedSample(look);
  const about = (name: string, help: string) => ({ name: `tributary_outbox_${name}`, help });
  gaugeOf(registry, about('messages', 'Messages that wait in the outbox to be sent.'), async () => {
    const known = await contents();
    return known && [{ value: known.messages }];
  });
  gaugeOf(registry, about('oldest_seconds', 'Age of the oldest message in the outbox, 0 for none.'), async () => {
    const known = await contents();
    const ageMs = known?.oldestAt ? now().getTime() - known.oldestAt.getTime() : 0;
    return known && [{ value: Math.max(0, ageMs / 1000) }];
  });
  const sends = new Counter({
    ...about('sends_total', 'Tries to send a message of the outbox, by how they ended.'),
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of sendOutcomes) sends.inc({ outcome }, 0);
  return (outcome) => sends.inc({ outcome });
}
