import type { Client } from 'pg';
import type { Order } from '../../src/orders/model/order.js';

/** A kind of question, and what its answer has to be. */
export interface Question {
  readonly name: string;
  readonly path: (order: Order) => string;
  /** What is wrong with an answer, if anything is. */
  readonly faultOf?: (answer: unknown, order: Order) => string | undefined;
}

interface Answer {
  readonly hits: readonly { readonly matched: string; readonly order: { readonly order_uid: string } }[];
}

interface Expected {
  readonly matched?: string;
  /** How many hits there have to be; 20 of what many have. */
  readonly hits: number;
  /** Whether the order itself has to be among them. */
  readonly itself?: boolean;
}

function question(name: string, typed: (order: Order) => string, expected: Expected): Question {
  const { matched, hits, itself = false } = expected;
  return {
    name,
    path: (order) => `/api/search?${new URLSearchParams({ q: typed(order) }).toString()}`,
    faultOf(answer, order) {
      const found = (answer as Answer).hits;
      if (found.length !== hits) return `has ${found.length} hits, expected ${hits}`;
      if (matched !== undefined && found[0]!.matched !== matched) return `matched ${found[0]!.matched} first`;
      if (itself && !found.some((hit) => hit.order.order_uid === order.order_uid)) return 'lacks the order';
      return undefined;
    },
  };
}

const one = (matched: string): Expected => ({ matched, hits: 1, itself: true });
const many = (matched: string): Expected => ({ matched, hits: 20 });

/** The last digits alone, with something between them. */
const spelled = (phone: string): string =>
  `+${phone.slice(1, 4)} (${phone.slice(4, 6)}) ${phone.slice(6, 9)}-${phone.slice(9)}`;

/** Of orders that each have a buyer of their own, but for the name, which a fifth of them share; of 100,000 or more, since fewer have no customer of 20. */
export const QUESTIONS: readonly Question[] = [
  question('order id', (order) => order.order_uid.toUpperCase(), one('order_uid')),
  question('beginning of an id', (order) => order.order_uid.slice(0, 10), one('order_uid')),
  question('track number', (order) => order.track_number.toLowerCase(), one('track_number')),
  question('beginning of all track numbers', () => 'wbbench', many('track_number')),
  question('customer of 400', (order) => order.customer_id, many('customer_id')),
  question('e-mail', (order) => order.delivery.email, one('email')),
  question('e-mail before its @', (order) => order.delivery.email.split('@')[0]!, one('email')),
  question('beginning of all e-mails', () => 'customer.', many('email')),
  question('phone', (order) => spelled(order.delivery.phone), one('phone')),
  // Fewer begin with noughts, which are not looked at: one is dialled before an area code.
  question('last 9 digits of a phone', (order) => order.delivery.phone.slice(-9), {
    matched: 'phone',
    hits: 1,
    itself: true,
  }),
  question('name of 400,000', () => 'смирнова анна', many('name')),
  question('beginning of a name of 400,000', () => 'emm', many('name')),
  question('words that nobody has together', () => 'emma wójcik', { hits: 0 }),
  question('nothing', (order) => `x${order.order_uid}`, { hits: 0 }),
  question('hostile', () => `%_%' OR 1=1 -- \\`, { hits: 0 }),
];

const BUYER = { name: 'Maria Schneider', email: 'maria.schneider@example.com', phone: '+4915112345678' };

/** Of orders that have one buyer. */
export const SHARED_QUESTIONS: readonly Question[] = [
  question('all: name', () => BUYER.name, many('name')),
  question('all: name the other way round', () => 'schneider maria', many('name')),
  question('all: beginning of a name', () => 'schn', many('name')),
  question('all: beginnings of both names', () => 'schn mar', many('name')),
  question('all: name with one that nobody has', () => 'maria zimmermann', { hits: 0 }),
  question('all: e-mail', () => BUYER.email, many('email')),
  question('all: e-mail before its @', () => 'maria.schneider', many('email')),
  question('all: beginning of an e-mail', () => 'maria.s', many('email')),
  question('all: phone', () => '+49 151 12345678', many('phone')),
  question('all: last 8 digits of a phone', () => '12345678', many('phone')),
];

/** Gives all orders one buyer, as if they had come so. */
export async function shareOneBuyer(client: Client): Promise<void> {
  await client.query('SET synchronous_commit = off');
  await client.query('CREATE TEMP TABLE before AS SELECT * FROM order_search');
  await client.query('TRUNCATE order_search, deliveries');
  await client.query(
    `INSERT INTO deliveries (order_uid, name, phone, zip, city, address, region, email)
     SELECT order_uid, $1, $2, '', '', '', '', $3 FROM before`,
    [BUYER.name, BUYER.phone, BUYER.email],
  );
  await client.query(
    `INSERT INTO order_search (
       order_uid, track_number, customer_id, email, phone, name_1, name_2, received_at, content_version)
     SELECT order_uid, track_number, customer_id, upper($3), reverse(ltrim($2, '+')), upper($1), 'SCHNEIDER MARIA',
            received_at, content_version
     FROM before`,
    [BUYER.name, BUYER.phone, BUYER.email],
  );
  await client.query('DROP TABLE before');
  await client.query('VACUUM (ANALYZE) deliveries');
  await client.query('VACUUM (ANALYZE) order_search');
  await client.query('CHECKPOINT').catch(() => undefined);
}
