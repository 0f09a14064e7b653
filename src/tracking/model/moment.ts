const YEAR_DIGITS = 5;
const SECONDS_END = '-MM-DDTHH:MM:SS'.length;

/**
 * A moment as a text that sorts as moments do, to the last digit of its second: `02021-11-26T06:22:19.5`, in UTC. The
 * offset of a time of the year 9999 may carry it into the year 10000, so years have five digits.
 *
 * @param dateTime valid, as the rule `DateTime` has it
 */
export function momentKey(dateTime: string): string {
  const decimals = /\.(\d*[1-9])/.exec(dateTime)?.[1];
  const wholeSeconds = new Date(dateTime.replace(/\.\d+/, '').toUpperCase());
  // Years beyond 9999 are written with a sign and six digits.
  const [, year, rest] = /^\+?(\d+)(-.*)$/.exec(wholeSeconds.toISOString())!;
  const yearDigits = String(Number(year)).padStart(YEAR_DIGITS, '0');
  const seconds = yearDigits + rest!.slice(0, SECONDS_END);
  return decimals === undefined ? seconds : `${seconds}.${decimals}`;
}
