const shape = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)$/;

/**
 * Reads an ISO 8601 date and time in UTC, `2021-11-07T02:48:42Z`, as `2021-11-07 02:48:42.000`. Accepts `+00:00` for `Z` and up to nine digits
 * of a second, of which three are kept. Null for anything else: other offsets, days that do not exist, year 0, leap seconds.
 */
export function parseDatetime(text: string): string | null {
  const match = shape.exec(text);
  if (!match) return null;
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = ''] = match;
  if (!exists(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second))) return null;
  return `${year}-${month}-${day} ${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}`;
}

/** The same of bytes in the form of nearly all rows, `2021-11-07T02:48:42Z`, without a string for each part. Null for any other: ask parseDatetime. */
export function readPlainDatetime(bytes: Buffer, start: number, end: number): string | null {
  if (
    end - start !== 20 ||
    bytes[start + 4] !== DASH ||
    bytes[start + 7] !== DASH ||
    bytes[start + 10] !== T ||
    bytes[start + 13] !== COLON ||
    bytes[start + 16] !== COLON ||
    bytes[start + 19] !== Z
  ) {
    return null;
  }
  const year = pair(bytes, start) * 100 + pair(bytes, start + 2);
  const month = pair(bytes, start + 5);
  const day = pair(bytes, start + 8);
  const hour = pair(bytes, start + 11);
  const minute = pair(bytes, start + 14);
  const second = pair(bytes, start + 17);
  return exists(year, month, day, hour, minute, second) ? bytes.toString('latin1', start, start + 19) : null;
}

const daysPerMonth = [31, 0, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DASH = 45;
const COLON = 58;
const T = 84;
const Z = 90;

/** Two digits as their number; NaN for anything else. */
function pair(bytes: Buffer, at: number): number {
  const tens = (bytes[at] ?? 0) - 48;
  const ones = (bytes[at + 1] ?? 0) - 48;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? Number.NaN : tens * 10 + ones;
}

function exists(year: number, month: number, day: number, hour: number, minute: number, second: number): boolean {
  return year >= 1 && day >= 1 && day <= countDays(year, month) && hour <= 23 && minute <= 59 && second <= 59;
}

function countDays(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return daysPerMonth[month - 1] ?? 0;
}
