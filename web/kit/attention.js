/**
 * Whether the reader is at an element: with a mouse over it, or with the keyboard's focus in it. What stands there
 * should not move away meanwhile.
 */
export class Attention {
  /**
   * Not `:hover`: a finger has no place between two taps, but the last one it touched stays "hovered".
   */
  #isPointedAt = false;

  /**
   * @param {HTMLElement} element
   * @param {() => void} left called each time the reader has gone from it
   */
  constructor(element, left) {
    this.element = element;
    element.addEventListener('pointerover', (event) => {
      if (event.pointerType !== 'touch') this.#isPointedAt = true;
    });
    element.addEventListener('pointerleave', () => {
      this.#isPointedAt = false;
      this.#tell(left);
    });
    // The focus is nowhere while it moves from one row to the next.
    element.addEventListener('focusout', () => setTimeout(() => this.#tell(left), 0));
  }

  get isHeld() {
    return this.#isPointedAt || this.element.matches(':focus-within');
  }

  /** @param {() => void} left */
  #tell(left) {
    if (!this.isHeld) left();
  }
}
