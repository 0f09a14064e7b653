/** What a deployment may switch off. */
export interface Switches {
  /** Orders may be made up: `POST /api/orders/test`. */
  readonly demo: boolean;
  /** `GET /api/search`. */
  readonly search: boolean;
}

/** What this process offers, so that a page shows nothing that it would be refused. */
export interface Features extends Switches {
  /** Of the package. */
  readonly version: string;
  /** Names of the contexts that are served. */
  readonly contexts: readonly string[];
}

export const FEATURES = Symbol('what this process offers');

/** What no context has switched on is off. */
export const NOTHING_SWITCHED_ON: Switches = { demo: false, search: false };
