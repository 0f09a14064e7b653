import { ShortText } from '../../platform/validation/field-rules.js';
import { countCharacters, isStorableText } from '../../platform/validation/storable-text.js';

const MAX_CHARACTERS = 255;
/** What can stand in an order, since a parcel is known by nothing else. */
export const TRACK_NUMBER = `text of 1 to ${MAX_CHARACTERS} characters`;

export function isTrackNumber(value: unknown): value is string {
  if (!isStorableText(value) || value === '') return false;
  return value.length <= MAX_CHARACTERS || countCharacters(value) <= MAX_CHARACTERS;
}

export const TrackNumber = (): PropertyDecorator => ShortText({ minCharacters: 1 });
