/** A text that PostgreSQL can hold, and every database whose encoding is UTF-8. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\u2400').toWellFormed();
}

/** A text that every database can hold, whatever its encoding. */
export function plainText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?');
}
