import type { RegisteredKind } from '@tributary/kinds';
import type { UploadKindInfo } from './generated/graphql.ts';

/** What a client learns about a kind: its own limit is never above that of the system. */
export function toKindInfo(
  { name, accepts, maxBytes, columns, ...kind }: RegisteredKind,
  { maxUploadBytes, publicUrl }: { maxUploadBytes: number; publicUrl: string },
): UploadKindInfo {
  const { title, description, permission, waitsFor, options } = kind;
  return {
    ...{ kind: name, title, description, permission, waitsFor, options, columns, ...accepts },
    maxBytes: BigInt(Math.min(maxBytes, maxUploadBytes)),
    templateUrl: columns === null ? null : new URL(templatePath(name), publicUrl).href,
  };
}

/** Where the template of a kind is served, on the gateway too. */
export const templatePath = (kind: string) => `/downloads/files/templates/${kind.toLowerCase()}.csv`;

/** A CSV file with the kind's header and one example row. */
export function renderTemplate(columns: NonNullable<RegisteredKind['columns']>): string {
  const line = (cells: string[]) => `${cells.map(toCell).join(',')}\r\n`;
  return line(columns.map(({ name }) => name)) + line(columns.map(({ example }) => example));
}

const toCell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
