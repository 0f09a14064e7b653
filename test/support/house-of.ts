import { CONTEXTS, type House } from '../../src/app.module.js';
import type { CustomersSettings } from '../../src/customers/customers.settings.js';
import type { EntriesSettings } from '../../src/entries/entries.settings.js';
import type { InventorySettings } from '../../src/inventory/inventory.settings.js';
import type { OrdersSettings } from '../../src/orders/orders.settings.js';
import type { PaymentsSettings } from '../../src/payments/payments.settings.js';
import { type Environment, PROGRAM_SETTINGS } from '../../src/platform/config/environment.js';
import { Settings } from '../../src/platform/config/setting-group.js';
import type { Context } from '../../src/platform/context.js';
import type { SensorsSettings } from '../../src/sensors/sensors.settings.js';
import type { TrackingSettings } from '../../src/tracking/tracking.settings.js';

/** Settings that a test chooses, of the program and of its contexts. */
export type ChosenSettings = Partial<
  Environment &
    OrdersSettings &
    PaymentsSettings &
    SensorsSettings &
    TrackingSettings &
    InventorySettings &
    CustomersSettings &
    EntriesSettings
>;

/** What the program is started with, unless a test wants something else. */
export function houseOf(chosen: ChosenSettings = {}, contexts: readonly Context[] = CONTEXTS): House {
  const groups = contexts.flatMap((context) => context.settings ?? []);
  const settings = Settings.defaults([PROGRAM_SETTINGS, ...groups]);
  for (const [, group] of settings.all()) {
    const own = Object.entries(chosen).filter(([name]) => name in group);
    Object.assign(group, Object.fromEntries(own));
  }
  return { settings, contexts, elsewhere: [] };
}
