import { digitsOf, FIRST_STATES, type OrderStates, statesOf } from './order-states.js';

/** Digits of the content's hash that an ETag shows; the version beside it already tells contents of one order apart. */
const ETAG_HASH_DIGITS = 16;
/** From the end: three digits and a quote. */
const STATES_START = -4;

/**
 * A strong validator of an order's answer (RFC 9110, section 8.8.3): its version, digits of its content, and its three
 * states. So a cached answer has its states with it, in every tier, and one that is not sent again (304) tells them too.
 */
export function etagOf(version: number, hash: string, states: OrderStates = FIRST_STATES): string {
  return `"v${version}-${hash.slice(0, ETAG_HASH_DIGITS)}-${digitsOf(states)}"`;
}

/**
 * Whether a list of ETags, or `*` for any, has the one that an order has now. A replica with the code of before has told it
 * without the states.
 */
export function isAmong(etag: string, ifMatch: '*' | readonly string[]): boolean {
  return ifMatch === '*' || ifMatch.includes(etag) || ifMatch.includes(`${etag.slice(0, STATES_START - 1)}"`);
}

/** The states that an ETag of {@link etagOf} tells; undefined for one that the code of before has made. */
export function statesOfEtag(etag: string): OrderStates | undefined {
  return etag.at(STATES_START - 1) === '-' ? statesOf(etag.slice(STATES_START, -1)) : undefined;
}

/** Whether two ETags of an order are of the same content, whatever its states. */
export function haveSameContent(one: string, other: string): boolean {
  const contentOf = (etag: string): string => etag.slice(etag.indexOf('-'), STATES_START - 1);
  return contentOf(one) === contentOf(other);
}

/** Whether an ETag is of that version of its order, and tells its states. */
export function isOfVersion(etag: string, version: number): boolean {
  return etag.startsWith(`"v${version}-`) && statesOfEtag(etag) !== undefined;
}
