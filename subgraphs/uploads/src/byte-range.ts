/**
 * The first and last byte a Range header asks for, null when it asks for nothing this server does (several ranges,
 * other units: then the whole file is the right answer), 'unsatisfiable' when there is no such byte (RFC 9110).
 */
export function byteRange(header: string | undefined, bytes: number): ByteRange | null | 'unsatisfiable' {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (last !== '' && first !== '' && Number(last) < Number(first)) return null;
  return start > end ? 'unsatisfiable' : { start, end };
}

export interface ByteRange {
  readonly start: number;
  readonly end: number;
}
