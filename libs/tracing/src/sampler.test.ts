import { expect, test } from '@jest/globals';
import { ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { tracingConfig } from './config.ts';
import { createSampler } from './sampler.ts';

/** Its first digits make the ratio sampler keep it at any ratio above none. */
const lowTraceId = `${'0'.repeat(15)}1${'0'.repeat(16)}`;

function isKept(
  variables: Record<string, string>,
  { flags, trustsParents, draw = 0.5 }: { flags: TraceFlags | null; trustsParents: boolean; draw?: number },
): boolean {
  const sampler = createSampler(tracingConfig.parse(variables), { trustsParents, random: () => draw });
  const parent = { traceId: lowTraceId, spanId: '00000000000000ab', traceFlags: flags ?? 0, isRemote: true };
  const context = flags === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
  const result = sampler.shouldSample(context, lowTraceId, 'POST', SpanKind.SERVER, {}, []);
  return result.decision === SamplingDecision.RECORD_AND_SAMPLED;
}

const { SAMPLED, NONE } = TraceFlags;
const tenth = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' };

test('a trusted parent decides by its flag', () => {
  expect(isKept(tenth, { flags: SAMPLED, trustsParents: true, draw: 0.9 })).toBe(true);
  expect(isKept({}, { flags: NONE, trustsParents: true })).toBe(false);
});

test('of an untrusted parent neither the flag nor a chosen trace id decides, but chance', () => {
  for (const OTEL_TRACES_SAMPLER of ['parentbased_traceidratio', 'traceidratio']) {
    for (const flags of [SAMPLED, NONE]) {
      const variables = { ...tenth, OTEL_TRACES_SAMPLER };
      expect(isKept(variables, { flags, trustsParents: false, draw: 0.11 })).toBe(false);
      expect(isKept(variables, { flags, trustsParents: false, draw: 0.09 })).toBe(true);
    }
  }
});

test('an untrusted parent can neither begin what is off nor keep out of what is on', () => {
  const off = { OTEL_TRACES_SAMPLER: 'parentbased_always_off' };
  expect(isKept(off, { flags: SAMPLED, trustsParents: false, draw: 0 })).toBe(false);
  expect(isKept({}, { flags: NONE, trustsParents: false, draw: 0.999 })).toBe(true);
});

test('without a parent the ratio decides', () => {
  expect(isKept(tenth, { flags: null, trustsParents: false, draw: 0.9 })).toBe(true);
  expect(isKept({ OTEL_TRACES_SAMPLER: 'always_off' }, { flags: null, trustsParents: true })).toBe(false);
});
