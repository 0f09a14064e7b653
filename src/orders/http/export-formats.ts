import { type CsvCell, csvLine } from '../../platform/http/csv-line.js';
import type { Order } from '../model/order.js';
import type { ExportedOrder } from '../model/exported-order.js';

export const EXPORT_FORMATS = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** How orders are written into a file. */
interface FormatRules {
  readonly contentType: string;
  /** What stands before the first order. */
  readonly head: string;
  lineOf(exported: ExportedOrder): string;
}

type Column = readonly [name: string, cell: (order: Order, exported: ExportedOrder) => CsvCell];

/** What a support person has of an order at a glance. Amounts are minor units of the currency, as they came. */
const COLUMNS: readonly Column[] = [
  ['order_uid', (order) => order.order_uid],
  ['status', (_, { states }) => states.status],
  ['payment_status', (_, { states }) => states.payment_status],
  ['shipment_status', (_, { states }) => states.shipment_status],
  ['version', (_, { version }) => version],
  ['date_created', (order) => order.date_created],
  ['received_at', (_, { receivedAt }) => receivedAt],
  ['updated_at', (_, { updatedAt }) => updatedAt],
  ['currency', ({ payment }) => payment.currency],
  ['amount', ({ payment }) => payment.amount],
  ['goods_total', ({ payment }) => payment.goods_total],
  ['delivery_cost', ({ payment }) => payment.delivery_cost],
  ['custom_fee', ({ payment }) => payment.custom_fee],
  ['transaction', ({ payment }) => payment.transaction],
  ['provider', ({ payment }) => payment.provider],
  ['bank', ({ payment }) => payment.bank],
  ['payment_dt', ({ payment }) => payment.payment_dt],
  ['customer_id', (order) => order.customer_id],
  ['locale', (order) => order.locale],
  ['name', ({ delivery }) => delivery.name],
  ['phone', ({ delivery }) => delivery.phone],
  ['email', ({ delivery }) => delivery.email],
  ['zip', ({ delivery }) => delivery.zip],
  ['city', ({ delivery }) => delivery.city],
  ['address', ({ delivery }) => delivery.address],
  ['region', ({ delivery }) => delivery.region],
  ['delivery_service', (order) => order.delivery_service],
  ['track_number', (order) => order.track_number],
  ['items', ({ items }) => items.length],
];

function csvLineOf(exported: ExportedOrder): string {
  const order = JSON.parse(exported.text) as Order;
  return csvLine(COLUMNS.map(([, cell]) => cell(order, exported)));
}

/** The order as the API gives it, and behind its own fields what is known of it besides. */
function jsonLineOf({ text, states, version, receivedAt, updatedAt }: ExportedOrder): string {
  const known = JSON.stringify({ ...states, version, received_at: receivedAt, updated_at: updatedAt });
  return `${text.slice(0, -1)},${known.slice(1)}\n`;
}

export const FORMAT_RULES: Readonly<Record<ExportFormat, FormatRules>> = {
  csv: {
    contentType: 'text/csv; charset=utf-8; header=present',
    head: csvLine(COLUMNS.map(([name]) => name)),
    lineOf: csvLineOf,
  },
  jsonl: { contentType: 'application/jsonl; charset=utf-8', head: '', lineOf: jsonLineOf },
};
