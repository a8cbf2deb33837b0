/**
 * One page of Prometheus' text format from several: a metric's help and type stand once, before the samples of all pages. The
 * samples must differ by a label.
 */
export function mergeMetrics(pages: readonly string[]): string {
  const metrics = new Map<string, { head: string[]; samples: string[] }>();
  for (const page of pages) {
    let name = '';
    for (const line of page.split('\n')) {
      if (line === '') continue;
      const [, ofHead] = /^# (?:HELP|TYPE) (\S+)/.exec(line) ?? [];
      name = ofHead ?? name;
      const metric = metrics.get(name) ?? { head: [], samples: [] };
      metrics.set(name, metric);
      if (ofHead === undefined) metric.samples.push(line);
      else if (!metric.head.includes(line)) metric.head.push(line);
    }
  }
  return [...metrics.values()].map(({ head, samples }) => `${[...head, ...samples].join('\n')}\n`).join('\n');
}
