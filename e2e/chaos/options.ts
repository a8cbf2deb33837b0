import { parseArgs } from 'node:util';
import { type Sabotage, sabotages } from './sabotage/sabotages.ts';

const help = `npm run chaos -- [options]

  --seed S --runs N       runs with the seeds S, S+1 … (1 and 10); each on fresh databases
  --lanes L               so many at a time, each lane with servers of its own (1)
  --sabotage NAME | all   takes a guarantee away and runs until that is noticed, at most N runs
                          (${sabotages.map(({ name }) => name).join(', ')})
  --plan FILE             runs a schedule that an earlier failure printed
  --burst                 500 small files by 50 people at once
  --timeline              a million rows while each server is killed and started again
  --no-shrink             does not look for a smaller schedule after a failure
  --no-keep               adds nothing to docs/reliability/ and leaves docs/reliability.md as it is
`;

interface Shared {
  readonly seed: number;
  readonly runs: number;
  readonly lanes: number;
  readonly sabotages: readonly Sabotage[];
  readonly shrinks: boolean;
  readonly keeps: boolean;
}

export type ChaosOptions = Shared &
  ({ readonly mode: 'runs' | 'burst' | 'timeline' } | { readonly mode: 'plan'; readonly file: string });

/** Reads the command line; prints the help or what is wrong, and exits, where there is nothing to run. */
export function chaosOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      runs: { type: 'string' },
      lanes: { type: 'string', default: '1' },
      sabotage: { type: 'string' },
      plan: { type: 'string' },
      burst: { type: 'boolean' },
      timeline: { type: 'boolean' },
      'no-shrink': { type: 'boolean' },
      'no-keep': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) exit(help, 0);
  const chosen = sabotages.filter(({ name }) => values.sabotage === 'all' || values.sabotage === name);
  if (values.sabotage !== undefined && chosen.length === 0)
    exit(`There is no sabotage "${values.sabotage}".\n\n${help}`, 2);
  const shared: Shared = {
    seed: wholeNumber('seed', values.seed),
    runs: wholeNumber('runs', values.runs ?? (chosen.length > 0 ? '20' : '10')),
    lanes: chosen.length > 0 ? 1 : wholeNumber('lanes', values.lanes),
    sabotages: chosen,
    shrinks: !values['no-shrink'],
    keeps: !values['no-keep'] && values.plan === undefined,
  };
  if (values.plan !== undefined) return { ...shared, mode: 'plan', file: values.plan };
  return { ...shared, mode: values.burst ? 'burst' : values.timeline ? 'timeline' : 'runs' };
}

function wholeNumber(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) exit(`--${option} must be a whole number from 1 on, but is "${text}".`, 2);
  return Number(text);
}

function exit(text: string, code: number): never {
  (code === 0 ? process.stdout : process.stderr).write(`${text}\n`);
  process.exit(code);
}
