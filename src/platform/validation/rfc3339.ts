const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-](\d\d):(\d\d))$/i;

/** PostgreSQL refuses a time zone displacement of 16 hours or more (MAX_TZDISP_HOUR in datetime.h). */
const MAX_OFFSET_HOURS = 15;

/** PostgreSQL's input buffer for a time is 128 bytes; 64 leave room for 38 digits of a second. */
export const MAX_DATE_TIME_CHARACTERS = 64;

/**
 * Whether a text is an RFC 3339 `date-time` that PostgreSQL's timestamptz and ECMAScript's Date both take: a day
 * that exists in the Gregorian calendar, hours 00 to 23, `Z` or an offset, any fraction of a second.
 *
 * Narrower than the RFC in four points. A leap second (`:60`) is refused: ECMAScript's Date cannot read one, so
 * every page that shows one would break on it. Year 0000, offsets of 16 hours and more, and texts of more
 * than 64 characters are refused for PostgreSQL's sake.
 */
export function isStorableDateTime(text: string): boolean {
  if (text.length > MAX_DATE_TIME_CHARACTERS) return false;
  const parts = DATE_TIME.exec(text);
  if (parts === null) return false;
  const [, year, month, day, hour, minute, second, offsetHour = '00', offsetMinute = '00'] = parts;
  return (
    Number(year) >= 1 &&
    Number(day) >= 1 &&
    Number(day) <= daysInMonth(Number(year), Number(month)) &&
    Number(hour) <= 23 &&
    Number(minute) <= 59 &&
    Number(second) <= 59 &&
    Number(offsetHour) <= MAX_OFFSET_HOURS &&
    Number(offsetMinute) <= 59
  );
}

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** 0 for a month that does not exist, so that no day fits in it. */
function daysInMonth(year: number, month: number): number {
  if (month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)) return 29;
  return DAYS_IN_MONTH[month - 1] ?? 0;
}
