/**
 * Runs every variant once a round, one after the other, each round beginning with the next one: what slows the machine down
 * for a while meets all of them. Gives the results by variant, in the order of the rounds.
 */
export async function rotate<Name extends string, Result>(
  variants: Record<Name, (round: number) => Promise<Result>>,
  rounds: number,
  onRound: (round: number) => void = () => {},
): Promise<Record<Name, Result[]>> {
  const entries = Object.entries<(round: number) => Promise<Result>>(variants);
  const results = Object.fromEntries(entries.map(([name]) => [name, [] as Result[]])) as Record<string, Result[]>;
  for (let round = 0; round < rounds; round++) {
    onRound(round);
    for (let place = 0; place < entries.length; place++) {
      const [name, run] = entries[(round + place) % entries.length] ?? [];
      if (name !== undefined && run !== undefined) results[name]?.push(await run(round));
    }
  }
  return results as Record<Name, Result[]>;
}
