const MAX_TYPE_CHARACTERS = 255;
/** RFC 9110, section 8.3.1, as far as another recipient has to be able to read it: type, subtype, and what parameters may hold. */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/;

export const MEDIA_TYPE_RULE = `a media type of at most ${MAX_TYPE_CHARACTERS} characters`;

export const isMediaType = (text: string): boolean =>
  text.length <= MAX_TYPE_CHARACTERS && MEDIA_TYPE.test(text);
