import { type Context, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import type { TracingConfig } from './config.ts';

/**
 * The sampler the standard variables name. Where parents from outside are not to be trusted, neither their flag nor their trace
 * id decides: a share of them, drawn by chance, is sampled as if each began a trace.
 */
export function createSampler(
  { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio }: TracingConfig,
  { trustsParents, random = Math.random }: { trustsParents: boolean; random?: () => number },
): Sampler {
  const isParentBased = name.startsWith('parentbased_');
  const [root, share] = createRootSampler(name.replace('parentbased_', ''), ratio);
  if (trustsParents) return isParentBased ? new ParentBasedSampler({ root }) : root;
  const drawn = createRandomSampler(share, random);
  if (isParentBased) return new ParentBasedSampler({ root, remoteParentSampled: drawn, remoteParentNotSampled: drawn });
  return {
    shouldSample: (...given) => (isRemote(given[0]) ? drawn : root).shouldSample(...given),
    toString: () => `untrusting ${root}`,
  };
}

function createRootSampler(name: string, ratio: number): [Sampler, number] {
  if (name === 'always_on') return [new AlwaysOnSampler(), 1];
  if (name === 'always_off') return [new AlwaysOffSampler(), 0];
  return [new TraceIdRatioBasedSampler(ratio), ratio];
}

const createRandomSampler = (share: number, random: () => number): Sampler => ({
  shouldSample: () => ({
    decision: random() < share ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD,
  }),
  toString: () => `by chance ${share}`,
});

const isRemote = (context: Context) => trace.getSpanContext(context)?.isRemote === true;
