import { readFile } from 'node:fs/promises';
import type { ReceivedSpan } from './collector.ts';

export const page = new URL('../../docs/tracing.md', import.meta.url);

export interface DocumentedSpan {
  name: string;
  services: string[];
  attributes: string[];
  below: string[];
}

/** The rows of the table in docs/tracing.md; "as …" stands for another row's attributes. */
export async function documentedSpans(): Promise<DocumentedSpan[]> {
  const spans: DocumentedSpan[] = [];
  for (const line of (await readFile(page, 'utf8')).split('\n')) {
    const [, name, services = '', attributes = '', below = ''] = line.split('|').map((cell) => cell.trim());
    if (!name?.startsWith('`')) continue;
    const inherited = attributes.startsWith('as above')
      ? spans.at(-1)
      : spans.find((one) => attributes.startsWith(`as \`${one.name}\``));
    spans.push({
      name: name.replaceAll('`', ''),
      services: services.split(', '),
      attributes: inherited?.attributes ?? quoted(attributes),
      below: below.includes('a client') ? [...quoted(below), ''] : quoted(below),
    });
  }
  return spans;
}

const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

/** Whether a span has the documented name; `<word>` matches any text. */
export function isNamed(span: Pick<ReceivedSpan, 'name'>, documented: string): boolean {
  const pattern = documented.split(/<\w+>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('.+')}$`).test(span.name);
}
