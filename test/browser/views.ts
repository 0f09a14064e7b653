import type { Locator } from 'playwright-core';
import type { SmallShop } from './small-shop.js';
import type { Visit } from './visit.js';

/** What a view asks the server for, and what it says of the answers. */
export interface View {
  readonly name: string;
  readonly path: (shop: SmallShop) => string;
  /** Addresses that what it shows comes from. */
  readonly asks: string | RegExp;
  /** What it says where there is nothing. */
  readonly empty?: readonly [answer: unknown, ...words: string[]];
  /** What it says of a 404, where it can get one. */
  readonly notFound?: readonly string[];
  /** What was answered holds for as long as nothing else is. */
  readonly isKnownOnce?: boolean;
  /** What it shows in the end. */
  readonly shows: (reader: Visit, shop: SmallShop) => Locator;
}

const table =
  (name: string) =>
  ({ page }: Visit) =>
    page.getByRole('table', { name }).locator('tbody tr:visible').first();

/** Every view that asks for something, and every section of Trouble. */
export const VIEWS: readonly View[] = [
  {
    name: 'the start page',
    path: () => '/',
    asks: '**/api/orders?*',
    empty: [[], 'No orders yet', 'The first ones appear here as they come in.'],
    shows: table('Newest orders'),
  },
  {
    name: 'what was found',
    path: ({ customerId }) => `/?q=${customerId}`,
    asks: '**/api/search*',
    empty: [{ hits: [], more: false }, 'Nothing found', 'Try another of these, or less of it.'],
    shows: table('Found orders'),
  },
  {
    name: 'the list',
    path: () => '/orders',
    asks: '**/api/orders?*',
    empty: [[], 'No orders yet', 'They appear here as they come in', 'Send some made-up ones'],
    shows: table('Orders'),
  },
  {
    name: 'an order',
    path: ({ orderUid }) => `/orders/${orderUid}`,
    asks: /\/api\/orders\/[^/?]+(\/summary)?$/,
    notFound: ['No such order', 'It may have been typed wrongly', 'The field above finds orders'],
    shows: ({ orderHeading }, { orderUid }) => orderHeading(orderUid),
  },
  {
    name: 'the rates of Live',
    path: () => '/live',
    asks: '**/api/rates',
    shows: ({ page }) => page.getByText(/came in, .* went out|has only begun to listen/),
  },
  {
    name: 'refused events',
    path: () => '/trouble',
    asks: '**/api/dead-letters?*',
    empty: [[], 'No refused event waits', 'Events that cannot be stored appear here'],
    shows: table('Refused events'),
  },
  {
    name: 'a refused event',
    path: ({ letter }) => `/trouble/dead-letters/${letter}`,
    asks: '**/api/dead-letters/*',
    notFound: ['Nothing there', 'It may have been discarded.'],
    shows: ({ page }, { letter }) => page.getByRole('heading', { name: `Refused event ${letter}` }),
  },
  {
    name: 'payments in trouble',
    path: () => '/trouble/payments',
    asks: '**/api/payments?*',
    empty: [[], 'No payment is disputed', 'No money is to be given back', 'A dispute appears here when'],
    notFound: ['This server keeps no payments', 'whoever runs the program can do so'],
    shows: table('Disputed payments'),
  },
  {
    name: 'orders that wait too long',
    path: () => '/trouble/waiting',
    asks: '**/api/waiting/orders*',
    empty: [{ waiting: [], counts: {} }, 'No order waits too long', 'The settings of the program say'],
    shows: table('Orders that wait too long'),
  },
  {
    name: 'the parts of the program',
    path: () => '/trouble/health',
    asks: /:\d+\/health$/,
    shows: table('Parts of the program'),
  },
  {
    name: 'the stock',
    path: () => '/stock',
    asks: '**/api/inventory?*',
    empty: [[], 'Nothing is registered yet', 'look up its number above to register it'],
    shows: table('Stock'),
  },
  {
    name: 'a thing',
    path: ({ thing }) => `/stock/${thing}`,
    asks: /\/api\/inventory\/\d+/,
    notFound: [
      'Nobody has registered',
      'Once it is registered, new orders hold pieces of it.',
      'Register it …',
    ],
    shows: table('Movements'),
  },
  {
    name: 'the demo',
    path: () => '/demo',
    asks: '**/api/features',
    isKnownOnce: true,
    empty: [
      { contexts: ['orders'], demo: false, search: true },
      'No orders are made up here',
      'can switch it on',
    ],
    shows: ({ page }) => page.getByRole('button', { name: 'Send' }),
  },
];
