import {
  fieldRule,
  isJsonObject,
  kindUnlessText,
  WholeNumber,
} from '../../platform/validation/field-rules.js';
import { decodeJson } from '../../platform/validation/json-message.js';
import { compileValidator, type Refusal } from '../../platform/validation/model-validator.js';
import { isStorableText } from '../../platform/validation/storable-text.js';
import {
  type Announcement,
  type Owner,
  type Parcel,
  type PaymentTold,
  type ShipmentTold,
  STOCK_OUTCOMES,
  type StockOutcome,
  type StockTold,
} from './announcement.js';
import {
  PAYMENT_STATUSES,
  type PaymentStatus,
  SHIPMENT_STATUSES,
  type ShipmentStatus,
} from './order-states.js';
import { UrlSafeId } from '../../platform/validation/url-safe-id.js';

export interface DecodedAnnouncement {
  readonly valid: true;
  readonly announcement: Announcement;
}

/** A text out of a list. */
function OneOfTexts(texts: readonly string[]): PropertyDecorator {
  return fieldRule({
    name: 'oneOfTexts',
    schema: { type: 'string' },
    accepts: (value) => texts.includes(value as string),
    expected: `one of ${texts.join(', ')}`,
    found: kindUnlessText,
  });
}

/** As much as PostgreSQL's integer holds. */
const MAX_VERSION = 2_147_483_647;

/** What orders needs of each announcement. All else may be missing: it is shown, and nothing depends on it. */
class AnyAnnouncement {
  @UrlSafeId() order_uid!: string;
  @WholeNumber({ min: 1 }) number!: number;
  @WholeNumber({ max: MAX_VERSION }) content_version!: number;
}

class PaymentAnnouncement extends AnyAnnouncement {
  @OneOfTexts(PAYMENT_STATUSES) payment_status!: PaymentStatus;
}

class ShipmentAnnouncement extends AnyAnnouncement {
  @OneOfTexts(SHIPMENT_STATUSES) shipment_status!: ShipmentStatus;
}

class StockAnnouncement extends AnyAnnouncement {
  @OneOfTexts(STOCK_OUTCOMES) outcome!: StockOutcome;
}

const validatePayment = compileValidator(PaymentAnnouncement, 'an announcement of payments');
const validateShipment = compileValidator(ShipmentAnnouncement, 'an announcement of delivery tracking');
const validateStock = compileValidator(StockAnnouncement, 'an announcement of stock');

type Fields = Readonly<Record<string, unknown>>;

/** The value of an announcement. Its sender may be newer than we are, so fields that we do not know are let pass. Never throws. */
export function decodeAnnouncement(owner: Owner, value: Buffer | null): DecodedAnnouncement | Refusal {
  return decodeJson(value, (decoded): DecodedAnnouncement | Refusal => {
    const verdict = DECODERS[owner](decoded);
    return 'faults' in verdict ? verdict : { valid: true, announcement: verdict };
  });
}

const DECODERS: Readonly<Record<Owner, (decoded: unknown) => Announcement | Refusal>> = {
  payments(decoded) {
    const verdict = validatePayment(decoded, 'ignore');
    if (!verdict.valid) return verdict;
    const told = paymentTold(verdict.model.payment_status, decoded as Fields);
    return { owner: 'payments', ...headOf(verdict.model), told };
  },
  tracking(decoded) {
    const verdict = validateShipment(decoded, 'ignore');
    if (!verdict.valid) return verdict;
    const told = shipmentTold(verdict.model.shipment_status, decoded as Fields);
    return { owner: 'tracking', ...headOf(verdict.model), told };
  },
  inventory(decoded) {
    const verdict = validateStock(decoded, 'ignore');
    if (!verdict.valid) return verdict;
    const told = stockTold(verdict.model.outcome, decoded as Fields);
    return { owner: 'inventory', ...headOf(verdict.model), told };
  },
};

const headOf = ({ order_uid: orderUid, number, content_version: contentVersion }: AnyAnnouncement) => ({
  orderUid,
  number,
  contentVersion,
});

function paymentTold(payment_status: PaymentStatus, fields: Fields): PaymentTold {
  const amount = (name: string): number | null => wholeOrNull(fields[name]);
  return {
    payment_status,
    currency: textOrNull(fields.currency),
    captured: amount('captured'),
    refunded: amount('refunded'),
    charged_back: amount('charged_back'),
    net: amount('net'),
    refund_due: amount('refund_due'),
    void_due: amount('void_due'),
  };
}

function shipmentTold(shipment_status: ShipmentStatus, fields: Fields): ShipmentTold {
  const parcels = listOf(fields.parcels).map((parcel): Parcel => ({
    track_number: textOrNull(parcel.track_number) ?? '',
    state: textOrNull(parcel.state),
    location: textOrNull(parcel.location),
    occurred_at: textOrNull(parcel.occurred_at),
    estimated_at: textOrNull(parcel.estimated_at),
  }));
  return { shipment_status, parcels };
}

function stockTold(outcome: StockOutcome, fields: Fields): StockTold {
  const reserved = listOf(fields.reserved).flatMap((line) => {
    const [chrt_id, quantity] = [wholeOrNull(line.chrt_id), wholeOrNull(line.quantity)];
    return chrt_id === null || quantity === null ? [] : [{ chrt_id, quantity }];
  });
  const missing = Array.isArray(fields.missing) ? fields.missing.filter(Number.isSafeInteger) : [];
  return { outcome, reserved, missing: missing as number[] };
}

const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);
const textOrNull = (value: unknown): string | null => (isStorableText(value) ? value : null);
const wholeOrNull = (value: unknown): number | null =>
  Number.isSafeInteger(value) ? (value as number) : null;
