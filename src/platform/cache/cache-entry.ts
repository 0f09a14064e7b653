/** One ready response, as both tiers hold it. Immutable: whoever has an entry may send it without copying. */
export interface CacheEntry {
  /** Grows with each change of the value: a safe integer, 0 or more. */
  readonly version: number;
  /** The ETag header's value as it goes out, quotes included (RFC 9110, section 8.8.3). */
  readonly etag: string;
  /** The response body as it goes out. Nobody may write into it once it stands in an entry. */
  readonly body: Buffer;
  /** What is known of the key and the same in every version, where there is such a thing: one short text. */
  readonly constant?: string;
}
