import { el } from './dom.js';
import { focusKept } from './focus.js';
import { failureState, loadingWords } from './states.js';

let parts = 0;

/**
 * What a part of a view shows: undefined while it is on its way.
 *
 * @template T
 * @typedef {{ value: T } | { failure: import('../api/failure.js').ApiFailure } | undefined} Fact
 */

/**
 * A card of a view. It is drawn anew only where what it shows has changed, so that nothing moves under the reader's hand;
 * the keyboard's focus stays where it was when it is.
 */
export class Part {
  element;
  #heading;
  #body = el('div', { class: 'part-body' });
  #aside = el('div', { class: 'row part-aside' });
  /** @type {string | undefined} */
  #drawn;

  /**
   * @param {string} title
   * @param {object} [options]
   * @param {string} [options.kind] a class of the card
   * @param {() => void} [options.retry] loads what the card shows anew
   */
  constructor(title, { kind, retry } = {}) {
    const id = `part-${(parts += 1)}`;
    this.retry = retry;
    this.#heading = el('h2', { id, tabindex: '-1' }, title);
    this.element = el(
      'section',
      { class: kind ? `card part ${kind}` : 'card part', 'aria-labelledby': id },
      el('header', { class: 'card-head' }, this.#heading, this.#aside),
      this.#body,
    );
  }

  /**
   * @param {unknown} shown all that the drawing depends on
   * @param {() => (Node | string | null)[]} build
   * @param {() => (Node | string | null)[]} [aside] what stands beside the heading
   */
  draw(shown, build, aside = () => []) {
    const drawn = JSON.stringify(shown) ?? '';
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const giveBackFocus = focusKept();
    this.#body.replaceChildren(...present(build()));
    this.#aside.replaceChildren(...present(aside()));
    giveBackFocus();
  }

  /**
   * @template T
   * @param {Fact<T>} fact
   * @param {(value: T) => (Node | string | null)[]} build
   * @param {(value: T) => (Node | string | null)[]} [aside]
   */
  drawFact(fact, build, aside = () => []) {
    if (fact === undefined) this.draw('loading', () => [el('p', { class: 'muted' }, loadingWords())]);
    else if ('failure' in fact) {
      const { failure } = fact;
      this.draw({ kind: failure.kind, message: failure.message }, () => [
        failureState(failure, { retry: failure.mayPass ? this.retry : undefined }),
      ]);
    } else
      this.draw(
        { value: fact.value },
        () => build(fact.value),
        () => aside(fact.value),
      );
  }
}

/** @param {(Node | string | null)[]} children */
function present(children) {
  return children.filter((child) => child !== null);
}
