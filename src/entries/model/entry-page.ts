/** Which keys of an instance are asked for. */
export interface EntryPageQuery {
  readonly instance: string;
  /** Only keys that begin with it, by bytes. */
  readonly prefix: string;
  /** Only keys behind this one. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Some keys, sorted by their bytes in UTF-8. */
export interface EntryPage {
  readonly keys: readonly string[];
  /** The key that the next page begins behind; a page may have fewer keys than asked for, and not be the last. */
  readonly next?: string | undefined;
}
