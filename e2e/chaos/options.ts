import { parseArgs } from 'node:util';
import { type Sabotage, sabotages } from './sabotage/sabotages.ts';

const help = `npm run chaos -- [options]

  --seed S --runs N       runs with the seeds S, S+1 … (1 and 10); each on fresh databases
  --parallel N            number of runs at a time, each with its own servers (1)
  --sabotage NAME | all   removes a guarantee and runs until that is noticed, at most N runs
                          (${sabotages.map(({ name }) => name).join(', ')})
  --plan FILE             runs a plan that an earlier failure printed
  --burst                 500 small files of 50 users at once
  --timeline              a million rows while each server is killed and restarted
  --no-shrink             does not search for a smaller plan after a failure
  --no-keep               does not write docs/reliability/ and docs/reliability.md
`;

interface SharedOptions {
  readonly seed: number;
  readonly runs: number;
  readonly parallel: number;
  readonly sabotages: readonly Sabotage[];
  readonly isShrinking: boolean;
  readonly isSaving: boolean;
}

export type ChaosOptions = SharedOptions &
  ({ readonly mode: 'runs' | 'burst' | 'timeline' } | { readonly mode: 'plan'; readonly file: string });

/** Reads the command line. Prints the help or the wrong argument, and exits, if there is nothing to run. */
export function chaosOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      runs: { type: 'string' },
      parallel: { type: 'string', default: '1' },
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
  const shared: SharedOptions = {
    seed: parseInteger('seed', values.seed),
    runs: parseInteger('runs', values.runs ?? (chosen.length > 0 ? '20' : '10')),
    parallel: chosen.length > 0 ? 1 : parseInteger('parallel', values.parallel),
    sabotages: chosen,
    isShrinking: !values['no-shrink'],
    isSaving: !values['no-keep'] && values.plan === undefined,
  };
  if (values.plan !== undefined) return { ...shared, mode: 'plan', file: values.plan };
  return { ...shared, mode: values.burst ? 'burst' : values.timeline ? 'timeline' : 'runs' };
}

function parseInteger(option: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) exit(`--${option} must be a whole number of at least 1, not "${text}".`, 2);
  return Number(text);
}

function exit(text: string, code: number): never {
  (code === 0 ? process.stdout : process.stderr).write(`${text}\n`);
  process.exit(code);
}
