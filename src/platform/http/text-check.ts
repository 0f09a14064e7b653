import { countCharacters, isWellFormed } from '../validation/storable-text.js';
import { aText, type Check } from './request-parameters.js';

/** A text of somebody's own words, with a bound. */
export const aTextOf =
  (maxCharacters: number): Check<string> =>
  (text) => {
    // A character takes two UTF-16 units at most, so what is far too long is not counted.
    if (text.length > maxCharacters * 2 || !isWellFormed(text) || !/\S/.test(text)) return undefined;
    return countCharacters(text) <= maxCharacters ? aText(text) : undefined;
  };

export const expectedTextOf = (maxCharacters: number): string =>
  `a text of 1 to ${maxCharacters} characters that is not blank`;
