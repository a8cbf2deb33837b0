import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Aim, NamedBench, Part } from './benches.ts';
import { drawPlot } from './plot/plot.ts';
import { formatNumber } from './plot/svg.ts';
import { readResult, type SavedResult } from './results.ts';

const page = new URL('../../docs/performance.md', import.meta.url);
const plots = new URL('../../docs/performance/', import.meta.url);

interface Section {
  named: NamedBench;
  kept: SavedResult;
  aims: readonly Aim[];
  parts: readonly Part[];
}

/** Writes docs/performance.md and its plots again from the stored data, and returns the page's path. */
export function writeReport(benches: readonly NamedBench[]): string {
  rmSync(plots, { recursive: true, force: true });
  mkdirSync(plots, { recursive: true });
  const sections = benches.flatMap((named): Section[] => {
    const kept = readResult(named.name);
    return kept ? [{ named, kept, ...named.bench.present(named.bench.data.parse(kept.data)) }] : [];
  });
  for (const part of sections.flatMap(({ parts }) => parts)) {
    if (typeof part !== 'string' && 'plot' in part) writeFileSync(new URL(`${part.name}.svg`, plots), drawPlot(part));
  }
  if (readdirSync(plots).length === 0) rmSync(plots, { recursive: true });
  const missing = benches.filter((named) => !sections.some((section) => section.named === named));
  writeFileSync(page, `${composePage(sections, missing).join('\n\n')}\n`);
  return fileURLToPath(page);
}

/** The page, paragraph by paragraph. */
export function composePage(sections: readonly Section[], missing: readonly NamedBench[]): string[] {
  return [
    '# Performance',
    intro,
    ...(sections.length > 0 ? ['## Aims', aimsTable(sections), '## Machine', machineTable(sections)] : []),
    ...sections.flatMap(composeSection),
    ...(missing.length > 0 ? [`Not measured yet: ${missing.map(({ bench }) => bench.title).join(', ')}.`] : []),
  ];
}

const intro = `This page is written by \`npm run bench\` from [bench/results](../bench/results); nothing in it is typed by hand.
\`npm run bench -- --quick\` takes a few minutes, \`-- --only <name>\` measures one part again, \`-- --report\` writes the page again.
The method is described in [bench/README.md](../bench/README.md). In short: what is compared takes turns in the same run, each round in
another order; a ratio is taken round by round; figures are medians, in brackets the smallest and the largest; and where
the rounds do not all point the same way, no winner is named.`;

function aimsTable(sections: readonly Section[]): string {
  const rows = sections.flatMap(({ named, aims }) =>
    aims.map(({ aim, measured, reached, why }) => [
      `[${named.bench.title}](#${toAnchor(named.bench.title)})`,
      aim,
      measured,
      reached === null ? 'not measured' : reached ? 'reached' : '**not reached**',
      reached === false ? (why ?? '') : '',
    ]),
  );
  return table(['', 'aim', 'measured', '', 'why'], rows);
}

function machineTable(sections: readonly Section[]): string {
  const rows = sections.map(({ named, kept }) => {
    const { cpu, cores, memoryGB, system, node, mariadb, rabbitmq, redis } = kept.machine;
    const versions = `Node ${node}, MariaDB ${mariadb}, RabbitMQ ${rabbitmq}, Redis ${redis}`;
    const made = `${kept.at.slice(0, 16).replace('T', ' ')}, ${formatNumber(kept.seconds)} s${kept.size === 'full' ? '' : `, ${kept.size}`}`;
    const where = `${cores} × ${cpu}, ${memoryGB} GB, ${system}`;
    return [named.bench.title, made, `\`${kept.commit}\``, formatNumber(kept.loadBefore), where, versions];
  });
  const note = `The load is the system's average before the measurement: much above 0, others were working too.`;
  return `${note}\n\n${table(['', 'made (UTC)', 'commit', 'load', 'machine', 'versions'], rows)}`;
}

function composeSection({ named, parts }: Section): string[] {
  return [`## ${named.bench.title}`, named.bench.question, ...parts.map(writePart)];
}

function writePart(part: Part): string {
  if (typeof part === 'string') return part;
  if ('plot' in part) return `![${part.title}](performance/${part.name}.svg)`;
  return `${part.caption ? `${part.caption}\n\n` : ''}${table(part.head, part.rows)}`;
}

/** A table of Markdown; numbers stand at the right. */
function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const isNumber = head.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  const line = (cells: readonly (string | number)[]) => `| ${cells.map(formatCell).join(' | ')} |`;
  return [line(head), `|${isNumber.map((right) => (right ? '---:' : '---')).join('|')}|`, ...rows.map(line)].join('\n');
}

const formatCell = (cell: string | number) =>
  typeof cell === 'number' ? formatNumber(cell) : cell.replaceAll('|', '\\|').replaceAll('\n', ' ');

const toAnchor = (title: string) =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
