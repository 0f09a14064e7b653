import type { Locator } from 'playwright-core';
import type { Visit } from './visit.js';

/** What a reader finds in the view of an order. */
export interface OrderView {
  /** By its heading. */
  readonly part: (name: string) => Locator;
  /** The order's own, its payment's and its shipment's. */
  readonly states: () => Locator;
  readonly dialog: () => Locator;
  readonly press: (name: string) => Promise<void>;
}

/** @param reader of the test that is under way */
export function orderView(reader: () => Visit): OrderView {
  return {
    part: (name) => reader().page.getByRole('region', { name, exact: true }),
    states: () => reader().page.getByLabel('States'),
    dialog: () => reader().page.getByRole('dialog'),
    press: (name) => reader().page.getByRole('button', { name, exact: true }).click(),
  };
}
