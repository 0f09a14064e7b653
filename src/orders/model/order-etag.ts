/** Digits of the content's hash that an ETag shows; the version beside it already tells contents of one order apart. */
const ETAG_HASH_DIGITS = 16;

/** A strong validator of an order's answer (RFC 9110, section 8.8.3). */
export function etagOf(version: number, hash: string): string {
  return `"v${version}-${hash.slice(0, ETAG_HASH_DIGITS)}"`;
}
