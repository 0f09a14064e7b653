import { el } from './dom.js';

/** Most answers come before anybody could wonder. Of one that has not come by then it is said that it takes long. */
export const REMARKABLE_MS = 4_000;

/** Words that stand where something was asked for, while the answer takes long. */
export class Patience {
  element = el('p', { class: 'muted', role: 'status', hidden: true });

  /**
   * @template T
   * @param {T | Promise<T>} work
   * @returns {Promise<T>} settles as the work does
   */
  async during(work) {
    const timer = setTimeout(() => {
      this.element.textContent =
        'The server takes longer than it should. Leave this open until it has answered: what you typed stays.';
      this.element.hidden = false;
    }, REMARKABLE_MS);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      this.element.hidden = true;
    }
  }
}
