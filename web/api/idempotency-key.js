const BYTES = 16;

/** What is said where a request with such a name has got no answer. */
export const DONE_ONCE = 'Try again: it is done once, however often it is sent.';

/**
 * The name of a request that is to be done once, however often it is sent. The server refuses a name that comes with
 * another body than before: what was changed is another request, with another name. What is changed back is the first again.
 */
export class IdempotencyKey {
  /** By body, as text. @type {Map<string, string>} */
  #keys = new Map();

  /**
   * @param {unknown} body that is sent
   * @returns {string}
   */
  of(body) {
    const text = JSON.stringify(body);
    const key = this.#keys.get(text) ?? newKey();
    this.#keys.set(text, key);
    return key;
  }
}

/** `crypto.randomUUID` needs a secure context. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
