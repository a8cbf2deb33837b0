import { parseArgs } from 'node:util';

/** How much is measured: `tiny` only shows that everything works, its figures say nothing. */
export type Size = 'full' | 'quick' | 'tiny';

export interface BenchOptions {
  size: Size;
  /** The chosen measurements by folder; null for all. */
  only: readonly string[] | null;
  /** Rounds in place of the usual number. */
  rounds: number | null;
  mode: 'run' | 'list' | 'report' | 'help';
  /** Whether results/ and the page are written. */
  isSaved: boolean;
}

export const help = `npm run bench -- [options]

  --quick          a smaller run, within 5 minutes in all
  --tiny           a very small run that only shows that everything works; keeps nothing
  --only A,B       these measurements alone; the page keeps what is known of the others
  --rounds N       so many rounds of what is compared, in place of the usual number
  --list           names the measurements
  --report         measures nothing and writes docs/performance.md again from bench/results/
  --no-keep        leaves bench/results/ and the page as they are
`;

/** Reads the command line. Throws an error that names what is wrong with it. */
export function benchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      tiny: { type: 'boolean' },
      only: { type: 'string' },
      rounds: { type: 'string' },
      list: { type: 'boolean' },
      report: { type: 'boolean' },
      'no-keep': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.rounds !== undefined && !/^[1-9]\d{0,2}$/.test(values.rounds))
    throw new Error(`--rounds must be a whole number from 1 to 999, but is "${values.rounds}".`);
  return {
    size: values.tiny ? 'tiny' : values.quick ? 'quick' : 'full',
    only: values.only?.split(',') ?? null,
    rounds: values.rounds === undefined ? null : Number(values.rounds),
    mode: values.help ? 'help' : values.list ? 'list' : values.report ? 'report' : 'run',
    isSaved: !values['no-keep'] && !values.tiny,
  };
}
