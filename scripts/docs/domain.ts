import { format, resolveConfig } from 'prettier';
import { CONTEXTS } from '../../src/app.module.js';
import { NEXT_STATUSES, ORDER_STATUSES } from '../../src/orders/model/order-life.js';
import type { PaymentStatus, ShipmentStatus } from '../../src/orders/model/order-states.js';

/** Contexts of the shop, in the order in which an order meets them. */
const SHOP = ['orders', 'payments', 'tracking', 'inventory'];

/** When each holds; the first that does, from the top. */
const PAYMENT_RULES: Readonly<Record<PaymentStatus, string>> = {
  disputed:
    "an open dispute or chargeback, net above the order's amount, net below zero, or another currency than the order's",
  paid: 'net at or above the amount, so an amount of 0 is paid',
  refunded: 'something was captured, and net is 0',
  partially_refunded: 'something was refunded',
  partially_paid: 'something was captured',
  authorized: 'an authorisation is open',
  unpaid: 'none of these',
};

const SHIPMENT_RULES: Readonly<Record<ShipmentStatus, string>> = {
  none: 'no parcel has an event',
  lost: 'any parcel is lost',
  failed_attempt: 'any parcel could not be handed over at the last attempt',
  out_for_delivery: 'any parcel is out for delivery',
  returned: 'all parcels are returned',
  delivered: 'all parcels are delivered',
  partially_shipped: 'any parcel has no event yet',
  partially_delivered: 'any parcel is delivered',
  shipped: 'none of these',
};

/** The usual moves; a derived state may move anywhere. */
const PAYMENT_MOVES: readonly (readonly [PaymentStatus, PaymentStatus, string])[] = [
  ['unpaid', 'authorized', 'authorized'],
  ['unpaid', 'partially_paid', 'captured in part'],
  ['unpaid', 'paid', 'captured'],
  ['authorized', 'paid', 'captured'],
  ['authorized', 'unpaid', 'voided'],
  ['partially_paid', 'paid', 'captured'],
  ['paid', 'partially_refunded', 'refunded in part'],
  ['paid', 'refunded', 'refunded'],
  ['partially_refunded', 'refunded', 'refunded'],
  ['paid', 'disputed', 'disputed'],
  ['disputed', 'paid', 'dispute won'],
];

const SHIPMENT_MOVES: readonly (readonly [ShipmentStatus, ShipmentStatus, string])[] = [
  ['none', 'partially_shipped', 'one of several accepted'],
  ['none', 'shipped', 'all accepted'],
  ['partially_shipped', 'shipped', 'the last accepted'],
  ['shipped', 'out_for_delivery', 'out for delivery'],
  ['out_for_delivery', 'failed_attempt', 'nobody there'],
  ['failed_attempt', 'out_for_delivery', 'out for delivery'],
  ['out_for_delivery', 'partially_delivered', 'one of several delivered'],
  ['out_for_delivery', 'delivered', 'delivered'],
  ['partially_delivered', 'delivered', 'the last delivered'],
  ['delivered', 'returned', 'all returned'],
  ['shipped', 'lost', 'one lost'],
];

/** Named, since `state` and the like are words of Mermaid's. */
const diagram = (first: string, moves: readonly (readonly [string, string, string?])[]): string =>
  [
    '```mermaid',
    'stateDiagram-v2',
    `  [*] --> ${first}`,
    ...moves.map(([from, to, why]) => `  ${from} --> ${to}${why === undefined ? '' : `: ${why}`}`),
    '```',
  ].join('\n');

function lifeDiagram(): string {
  const moves = ORDER_STATUSES.flatMap((from) => NEXT_STATUSES[from].map((to) => [from, to] as const));
  const ends = ORDER_STATUSES.filter((status) => NEXT_STATUSES[status].length === 0);
  return diagram('received', [...moves, ...ends.map((end) => [end, '[*]'] as const)]);
}

const rulesTable = (rules: Readonly<Record<string, string>>): string =>
  [
    '| state | holds when |',
    '|---|---|',
    ...Object.entries(rules).map(([state, rule]) => `| \`${state}\` | ${rule} |`),
  ].join('\n');

/** Who emits and who consumes what goes over each topic, as the contexts tell it of themselves. */
async function eventsTable(): Promise<string> {
  const uses = new Map<string, { emits: Set<string>; consumes: Set<string>; summary: string }>();
  const useOf = (topic: string) => {
    const use = uses.get(topic) ?? { emits: new Set(), consumes: new Set(), summary: '' };
    uses.set(topic, use);
    return use;
  };
  for (const { name, events } of CONTEXTS.filter((context) => SHOP.includes(context.name))) {
    const facts = await events?.();
    for (const [topic, { summary }] of Object.entries(facts?.topics ?? {})) useOf(topic).summary = summary;
    for (const { action, topic } of Object.values(facts?.operations ?? {})) {
      const use = useOf(topic);
      (action === 'send' ? use.emits : use.consumes).add(name);
    }
  }
  const rows = [...uses].map(([topic, { emits, consumes, summary }]) => {
    const who = (names: Set<string>): string => [...names].join(', ') || 'others';
    return `| \`${topic}\` | ${summary} | ${who(emits)} | ${who(consumes)} |`;
  });
  return ['| topic | what | emitted by | consumed by |', '|---|---|---|---|', ...rows].join('\n');
}

/** `docs/domain.md`: what a shop does with an order. */
export async function domainPage(path: string): Promise<string> {
  const text = `<!-- Written by scripts/docs.ts from the code. Do not edit: change the code and run it. -->

# What a shop does with an order

An order has three states that move on their own, and never one long chain: cash on delivery is paid last, a parcel can be
lost after it was paid, half of an order can ship. Each state has one owner, which derives it from what it keeps and announces
it; orders takes it in.

- **Life**, \`status\`: what becomes of an order; owned by orders.
- **Payment status**: what has been paid, derived from the ledger of payments.
- **Shipment status**: where the parcels are, derived from the events of carriers by tracking.
- **Announcement**: what the owner of a state says of an order. It has a number that grows; orders takes only higher ones. One
  that comes before its order waits for it.
- **Version**: counts the changes of an order, of its content or of a state. Each is a row of its history and an event.
  The history tells who has made it, why, and by what event; of a request, also who has asked for it, by the name that the
  request gives in \`by\`. Nobody checks that name.
- **Content version**: the version at which an order got the content that it has. An answer of stock for another one moves
  nothing, nor does what is said of the parcels of an older one.
- **Net**: captured less refunded less charged back.
- **Reservation**: pieces that inventory holds for an order, for one content version.

## The life of an order

${lifeDiagram()}

Where several steps are missing each is walked, as a version of its own; \`packed\` is never walked through, since only a person
packs, through the API. Setting the status that is held changes nothing. Once a parcel has moved (the shipment status is not
\`none\`) an order cannot be cancelled, and it gets no other content; nor does one that is shipped, delivered, cancelled or
returned.

| what is announced | what becomes of the order |
|---|---|
| stock is reserved for its content | \`received\` becomes \`confirmed\` |
| stock is missing for its content | \`cancelled\`, with the reason \`out_of_stock\` |
| a reservation expires while the order is \`received\` or \`confirmed\` and \`unpaid\` | \`cancelled\`, with the reason \`reservation_expired\` |
| the first of several parcels has moved | \`received\` becomes \`confirmed\` |
| every parcel has moved | \`shipped\` |
| every parcel is delivered, returned or lost, and one at least delivered | \`delivered\` |
| every parcel is returned | \`returned\` |

A lost parcel alone leaves an order \`shipped\`.

## Payment status

The first that holds, from the top. It may move anywhere; the diagram has the usual moves.

${rulesTable(PAYMENT_RULES)}

${diagram('unpaid', PAYMENT_MOVES)}

## Shipment status

The first that holds, from the top. It may move anywhere; the diagram has the usual moves.

${rulesTable(SHIPMENT_RULES)}

${diagram('none', SHIPMENT_MOVES)}

## Who tells whom

${await eventsTable()}
`;
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}
