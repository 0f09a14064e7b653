const BYTES = 16;

/**
 * The name of a request that is to be done once, however often it is sent. The server refuses a name that comes with
 * another body than before: what was changed is another request, with another name.
 */
export class IdempotencyKey {
  #key = '';
  /** @type {string | undefined} */
  #body;

  /**
   * @param {unknown} body that is sent
   * @returns {string}
   */
  of(body) {
    const text = JSON.stringify(body);
    if (text !== this.#body) this.#key = newKey();
    this.#body = text;
    return this.#key;
  }
}

/** `crypto.randomUUID` needs a secure context. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
