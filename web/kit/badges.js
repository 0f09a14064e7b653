import { el } from './dom.js';

/** @typedef {'plain' | 'blue' | 'green' | 'amber' | 'red'} Tone */

/**
 * The states as a person says them, with the tone that they are shown in: blue moves on, green has come to a good end,
 * amber wants to be looked at, red is trouble. The words alone tell them apart, the tone only helps the eye.
 *
 * @type {Record<'status' | 'payment_status' | 'shipment_status' | 'parcel', Record<string, [words: string, tone: Tone]>>}
 */
const STATES = {
  status: {
    received: ['received', 'blue'],
    confirmed: ['confirmed', 'blue'],
    packed: ['packed', 'blue'],
    shipped: ['shipped', 'blue'],
    delivered: ['delivered', 'green'],
    cancelled: ['cancelled', 'plain'],
    returned: ['returned', 'amber'],
  },
  payment_status: {
    unpaid: ['not paid', 'plain'],
    authorized: ['authorized', 'blue'],
    partially_paid: ['partly paid', 'amber'],
    paid: ['paid', 'green'],
    partially_refunded: ['partly refunded', 'amber'],
    refunded: ['refunded', 'plain'],
    disputed: ['disputed', 'red'],
  },
  shipment_status: {
    none: ['not shipped', 'plain'],
    partially_shipped: ['partly shipped', 'blue'],
    shipped: ['on its way', 'blue'],
    out_for_delivery: ['out for delivery', 'blue'],
    failed_attempt: ['nobody there', 'amber'],
    partially_delivered: ['partly delivered', 'amber'],
    delivered: ['delivered', 'green'],
    returned: ['sent back', 'amber'],
    lost: ['lost', 'red'],
  },
  parcel: {
    accepted: ['handed to the carrier', 'blue'],
    in_transit: ['on its way', 'blue'],
    arrived: ['arrived at a depot', 'blue'],
    out_for_delivery: ['out for delivery', 'blue'],
    failed_attempt: ['nobody there', 'amber'],
    delivered: ['delivered', 'green'],
    return_started: ['going back', 'amber'],
    returned: ['sent back', 'amber'],
    lost: ['lost', 'red'],
  },
};

/**
 * A state as a person says it; what the page does not know yet is said as the API says it.
 *
 * @param {keyof typeof STATES} kind
 * @param {string} state
 */
export function stateWords(kind, state) {
  return STATES[kind][state]?.[0] ?? state.replaceAll('_', ' ');
}

/**
 * @param {keyof typeof STATES} kind
 * @param {string} state
 */
export function stateBadge(kind, state) {
  return badge(stateWords(kind, state), STATES[kind][state]?.[1] ?? 'plain', state);
}

/**
 * @param {string} words
 * @param {Tone} [tone]
 * @param {string} [state] what it stands for, as the API says it
 */
export function badge(words, tone = 'plain', state) {
  return el('span', { class: 'badge', 'data-tone': tone, 'data-state': state }, el('bdi', {}, words));
}

/**
 * The three states of an order, in the order that they are always shown in.
 *
 * @param {{ status: string, payment_status: string, shipment_status: string }} order
 * @returns {HTMLElement[]}
 */
export function orderBadges({ status, payment_status, shipment_status }) {
  return [
    stateBadge('status', status),
    stateBadge('payment_status', payment_status),
    stateBadge('shipment_status', shipment_status),
  ];
}
