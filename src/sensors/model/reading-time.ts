import { fieldRule } from '../../platform/validation/field-rules.js';

const MS_PER_SECOND = 1_000;
const MAX_AHEAD_SECONDS = 86_400;

/**
 * A moment in whole Unix seconds, a day ahead of the clock at most: a reading of the year 57,000, which is what
 * milliseconds are taken for, would be its sensor's latest for good.
 */
export const ReadingTime = (): PropertyDecorator =>
  fieldRule({
    name: 'readingTime',
    schema: {
      type: 'integer',
      format: 'int64',
      minimum: 0,
      description: 'Unix seconds, at most a day ahead',
    },
    accepts: (value) =>
      Number.isSafeInteger(value) && (value as number) >= 0 && !isTooFarAhead(value as number),
    expected: 'a whole number of Unix seconds from 0 to a day ahead',
  });

function isTooFarAhead(seconds: number): boolean {
  return seconds > Math.floor(Date.now() / MS_PER_SECOND) + MAX_AHEAD_SECONDS;
}
