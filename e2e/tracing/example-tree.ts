import type { ReceivedSpan } from './collector.ts';

/** The trace below a span as lines, indented by two spaces per level; equal spans of a parent once, without statements. */
export function buildTree(spans: readonly ReceivedSpan[], rootId: string, depth = 0): string[] {
  const children = spans.filter(({ parentSpanId, name }) => parentSpanId === rootId && !name.startsWith('SQL '));
  const byName = new Map<string, ReceivedSpan[]>();
  for (const span of children) byName.set(label(span), [...(byName.get(label(span)) ?? []), span]);
  return [...byName].flatMap(([name, alike]) => [
    `${'  '.repeat(depth)}${name}`,
    ...new Set(alike.flatMap(({ spanId }) => buildTree(spans, spanId, depth + 1))),
  ]);
}

const label = ({ service, name }: ReceivedSpan) => `${service}: ${name}`;

/**
 * Each line of a tree with its parent line. The messages about a load count as one, since any of them can finish the
 * upload.
 */
export function listEdges(lines: readonly string[]): string[] {
  const above: string[] = [];
  return lines.map((line) => {
    const depth = (line.length - line.trimStart().length) / 2;
    above.length = depth;
    above.push(line.trim().replace(/process employment\.\w+\.\w+/, 'process employment'));
    return `${above.at(-2) ?? ''} > ${above.at(-1)}`;
  });
}
