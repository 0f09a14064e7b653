import { el } from '../../kit/dom.js';
import { Part } from '../../kit/part.js';
import { onKey } from '../../shell/keyboard.js';
import { OrderActions } from './actions.js';
import { drawAlerts } from './alerts.js';
import { drawDelivery } from './delivery.js';
import { drawDetails, footOf } from './details.js';
import { drawHead } from './head.js';
import { drawItems } from './items.js';
import { drawLedger } from './ledger.js';
import { NotesPart } from './notes.js';
import { drawOthers } from './other-orders.js';
import { drawParcels } from './parcels.js';
import { drawTimeline } from './timeline.js';

/** @typedef {import('./loading.js').FoundOrder} FoundOrder */
/** @template T @typedef {import('../../kit/part.js').Fact<T>} Fact */

/**
 * All that is known of an order by now.
 *
 * @typedef {object} Facts
 * @property {FoundOrder} found
 * @property {readonly string[]} contexts that the server has
 * @property {Fact<import('./loading.js').Version[]>} [history]
 * @property {Fact<import('./loading.js').Payments | null>} [payments]
 * @property {Fact<Awaited<ReturnType<typeof import('./loading.js').loadParcels>>>} [parcels]
 * @property {Fact<Record<string, import('./loading.js').StockLevel> | null>} [stock] null: nobody keeps any here
 * @property {Fact<import('./loading.js').NotesPage | null>} [notes]
 * @property {Fact<import('./loading.js').OrderSummary[]>} [others]
 */

/** An order as an article: how it stands and what may be done, what is wrong, and then its parts. */
export class OrderPage {
  /** @type {Facts | undefined} */
  facts;
  element;
  #head = el('header', { class: 'card order-head' });
  #alerts = el('div', { class: 'alerts' });
  #foot = el('footer', { class: 'order-foot muted small' });
  #loads = 0;
  /** @type {Map<string, number>} the load that each of the facts is of */
  #loadOf = new Map();

  /**
   * @param {import('../../router.js').Visit} visit
   * @param {() => Promise<void>} renew loads the order anew
   */
  constructor(visit, renew) {
    const retry = () => void renew();
    this.visit = visit;
    this.actions = new OrderActions(visit, this, renew);
    this.parts = {
      items: new Part('Items', { kind: 'items', retry }),
      delivery: new Part('Delivery', { retry }),
      parcels: new Part('Parcels', { kind: 'parcels', retry }),
      ledger: new Part('Payments', { kind: 'ledger', retry }),
      timeline: new Part('History', { kind: 'timeline', retry }),
      others: new Part("The customer's other orders", { kind: 'others', retry }),
      details: new Part('For developers', { kind: 'details' }),
    };
    this.notes = new NotesPart(visit, renew);
    const { items, delivery, parcels, ledger, timeline, others, details } = this.parts;
    const column = (/** @type {{ element: HTMLElement }[]} */ ...parts) =>
      el('div', { class: 'order-column' }, ...parts.map(({ element }) => element));
    this.element = el(
      'article',
      { class: 'order', 'aria-labelledby': 'order-heading' },
      this.#head,
      this.actions.notice,
      this.#alerts,
      items.element,
      el(
        'div',
        { class: 'order-columns' },
        column(delivery, parcels),
        column(ledger, others),
        column(timeline, this.notes),
      ),
      details.element,
      this.#foot,
    );
    onKey(
      { key: 'a', words: 'To what may be done with the order', press: () => this.#toActions() },
      visit.signal,
    );
    onKey({ key: 'n', words: 'To a new note', press: () => this.notes.focus() }, visit.signal);
  }

  /** @returns {number} the load's, to bring its facts with */
  beginLoad() {
    return (this.#loads += 1);
  }

  /**
   * Draws what a load has brought. A fact that a later load has brought already stays: an answer may come after those to
   * later questions.
   *
   * @param {number} load
   * @param {Partial<Facts>} brought
   */
  bring(load, brought) {
    const newer = Object.entries(brought).filter(([name]) => load >= (this.#loadOf.get(name) ?? 0));
    for (const [name] of newer) this.#loadOf.set(name, load);
    this.facts = /** @type {Facts} */ ({ ...this.facts, ...Object.fromEntries(newer) });
    this.#draw(this.facts);
  }

  /** @param {Facts} facts */
  #draw(facts) {
    const { found } = facts;
    drawHead(this.#head, facts, this.actions);
    drawAlerts(this.#alerts, facts);
    drawItems(this.parts.items, facts);
    drawDelivery(this.parts.delivery, facts, this.actions);
    drawParcels(this.parts.parcels, facts, this.visit.signal);
    drawLedger(this.parts.ledger, facts);
    drawTimeline(this.parts.timeline, facts);
    drawOthers(this.parts.others, facts);
    this.notes.drawNotes(facts);
    drawDetails(this.parts.details, found.order);
    this.#foot.replaceChildren(footOf(found));
  }

  #toActions() {
    const target = this.#head.querySelector('.actions button') ?? this.#head.querySelector('h1');
    if (target instanceof HTMLElement) target.focus();
  }
}
