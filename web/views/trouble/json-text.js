/** Deeper than this nothing is moved further to the right: nesting without an end would make a text without an end. */
const MOST_INDENTS = 40;

/** A browser needs seconds for a longer text, and nesting without an end makes many times as much of it. */
export const MOST_LAID_OUT_CHARACTERS = 200_000;

/**
 * A JSON text laid out over lines, cut where something of it is to be marked.
 *
 * @typedef {object} LaidOut
 * @property {string} before
 * @property {string} marked empty where there is nothing to mark
 * @property {string} after
 */

/**
 * Lays a JSON text out over lines. Every value stays as it was written: numbers that no number of JavaScript can hold, and
 * fields of which several have one name.
 *
 * @param {string} text JSON that is valid
 * @param {readonly string[]} [path] to the field that is to be marked; one that is missing is marked where it would be
 * @returns {LaidOut}
 */
export function laidOut(text, path = []) {
  return new Layout(text, path).run();
}

/**
 * Whether it is JSON of which somebody could read all.
 *
 * @param {string} text
 */
export function canBeLaidOut(text) {
  return text.length <= MOST_LAID_OUT_CHARACTERS && faultOfJson(text) === undefined;
}

/**
 * @param {string} text
 * @returns {string | undefined} why it is no JSON, in the browser's words
 */
export function faultOfJson(text) {
  try {
    JSON.parse(text);
    return undefined;
  } catch (fault) {
    return fault instanceof Error ? fault.message : String(fault);
  }
}

/**
 * The steps of a JSON Pointer in a URI fragment (RFC 6901, section 6).
 *
 * @param {string} pointer `#/items/0/sale`
 */
export function stepsOf(pointer) {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * A list or an object that is open: whether it leads to what is to be marked, how many it has by now, and the name, as it is
 * written, or the index of what it is at.
 *
 * @typedef {{ isList: boolean, isOnPath: boolean, length: number, name: string }} Frame
 */

class Layout {
  /** @type {string[]} */
  #out = [];
  /** Places in `#out`. */
  #markFrom = -1;
  #markTo = -1;
  /** @type {Frame[]} the lists and objects that are open */
  #open = [];

  /**
   * @param {string} text
   * @param {readonly string[]} path
   */
  constructor(text, path) {
    this.text = text;
    this.path = path;
  }

  run() {
    const { text } = this;
    for (let at = 0; at < text.length;) {
      const end = tokenEnd(text, at);
      const token = text.slice(at, end).trim();
      if (token !== '') this.#take(token);
      at = end;
    }
    return this.#cut();
  }

  /** @param {string} token */
  #take(token) {
    const frame = this.#open.at(-1);
    if (token === ',' || token === ':') return;
    if (token === '}' || token === ']') return this.#close(token);
    if (frame && !frame.isList && frame.name === '') {
      this.#newItem(frame);
      frame.name = token;
      if (this.#isTarget(frame)) this.#markFrom = this.#out.length;
      this.#out.push(`${token}: `);
      return;
    }
    if (frame?.isList) {
      this.#newItem(frame);
      frame.name = String(frame.length - 1);
      if (this.#isTarget(frame)) this.#markFrom = this.#out.length;
    }
    if (token === '{' || token === '[') {
      this.#out.push(token);
      this.#open.push({
        isList: token === '[',
        isOnPath: frame === undefined || this.#isOnPath(frame),
        length: 0,
        name: '',
      });
      return;
    }
    this.#out.push(token);
    this.#ended(frame);
  }

  /** @param {string} token */
  #close(token) {
    const frame = this.#open.pop();
    if (!frame) return;
    if (this.#misses(frame)) {
      this.#line(frame.length === 0 ? '' : ',', 1);
      this.#markFrom = this.#out.length;
      this.#out.push(`${JSON.stringify(this.path.at(-1))} is missing here`);
      this.#markTo = this.#out.length;
      frame.length += 1;
    }
    if (frame.length > 0) this.#line('');
    this.#out.push(token);
    this.#ended(this.#open.at(-1));
  }

  /** @param {Frame | undefined} frame what the value that has ended stands in */
  #ended(frame) {
    if (!frame) return;
    if (this.#markTo === -1 && this.#markFrom !== -1 && this.#isTarget(frame))
      this.#markTo = this.#out.length;
    frame.name = '';
  }

  /** @param {Frame} frame */
  #newItem(frame) {
    this.#line(frame.length === 0 ? '' : ',');
    frame.length += 1;
  }

  /**
   * @param {string} end of the line before
   * @param {number} [deeper]
   */
  #line(end, deeper = 0) {
    this.#out.push(`${end}\n`, '  '.repeat(Math.min(this.#open.length + deeper, MOST_INDENTS)));
  }

  /** @param {Frame} frame whether the value that has just begun leads to what is to be marked */
  #isOnPath(frame) {
    return frame.isOnPath && this.#stepOf(frame) === this.path[this.#open.length - 1];
  }

  /** @param {Frame} frame whether that value is what is to be marked */
  #isTarget(frame) {
    return this.#markTo === -1 && this.#open.length === this.path.length && this.#isOnPath(frame);
  }

  /** @param {Frame} frame one that is closed already */
  #misses(frame) {
    return (
      frame.isOnPath && !frame.isList && this.#markFrom === -1 && this.#open.length === this.path.length - 1
    );
  }

  /** @param {Frame} frame */
  #stepOf({ isList, name }) {
    return isList || name === '' ? name : JSON.parse(name);
  }

  #cut() {
    const from = this.#markFrom === -1 ? this.#out.length : this.#markFrom;
    const to = this.#markFrom === -1 ? from : this.#markTo;
    return {
      before: this.#out.slice(0, from).join(''),
      marked: this.#out.slice(from, to).join(''),
      after: this.#out.slice(to).join(''),
    };
  }
}

/**
 * @param {string} text
 * @param {number} at
 */
function tokenEnd(text, at) {
  const character = text.charAt(at);
  if (character === '"') return stringEnd(text, at);
  if ('{}[],:'.includes(character)) return at + 1;
  let end = at + 1;
  while (end < text.length && !'{}[],:"'.includes(text.charAt(end))) end += 1;
  return end;
}

/**
 * @param {string} text
 * @param {number} at of its first quote
 */
function stringEnd(text, at) {
  for (let quote = text.indexOf('"', at + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text.charAt(quote - 1 - backslashes) === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
}
