import { post, remove } from '../../api/client.js';
import { tell } from '../../kit/announcing.js';
import { ask } from '../../kit/dialog.js';
import { el } from '../../kit/dom.js';
import { asShownFailure, refusalWords } from '../../kit/states.js';

/** @typedef {import('./letter.js').Letter} Letter */

/** What may be done with one refused event as it is. Each is asked about first. */
export class LetterActions {
  /**
   * @param {import('../../router.js').Visit} visit
   * @param {() => Promise<void>} renew loads the event anew
   */
  constructor(visit, renew) {
    this.visit = visit;
    this.renew = renew;
  }

  /** @param {Letter} letter */
  async replay({ id, topic, edits }) {
    const answer = await ask({
      heading: `Replay event ${id}?`,
      body: [
        el(
          'p',
          {},
          'It goes to ',
          el('bdi', { class: 'mono' }, topic),
          ' once more, as it is. It is refused again for the same reason, unless that has been mended.',
        ),
        edits === 0
          ? ''
          : el(
              'p',
              { class: 'notice', 'data-tone': 'amber' },
              'Something else was sent in its place already, which this may overwrite.',
            ),
      ],
      yes: 'Replay',
      signal: this.visit.signal,
      act: () => this.#tried(() => post('/api/dead-letters/{id}/replay', { path: { id } })),
    });
    if (!answer) return;
    tell(`Event ${id} is on its way to ${topic}.`);
    await this.renew();
  }

  /** @param {Letter} letter */
  async discard({ id }) {
    const answer = await ask({
      heading: `Discard event ${id}?`,
      body: [el('p', {}, 'This cannot be undone: the event and its history are deleted.')],
      yes: 'Discard',
      isDangerous: true,
      signal: this.visit.signal,
      act: () => this.#tried(() => remove('/api/dead-letters/{id}', { path: { id } })),
    });
    if (!answer) return;
    tell(`Event ${id} is discarded.`);
    this.visit.go('/trouble');
  }

  /**
   * @param {() => Promise<unknown>} work
   * @returns {Promise<string | void>} why it could not be done
   */
  async #tried(work) {
    try {
      await work();
    } catch (thrown) {
      return refusalWords(
        asShownFailure(thrown),
        'It may have been done: look at the event before you try again.',
      );
    }
  }
}
