import type { DatabaseCommand } from '../platform/context-command.js';
import { verifyStock } from './service/stock-verification.js';

/** What inventory brings to the command line. */
export const INVENTORY_COMMANDS: Readonly<Record<string, DatabaseCommand>> = {
  verify: {
    summary: 'recompute all of the stock from its journal, and name what differs',
    run: ({ database, terminal }) => verifyStock(database, terminal),
  },
};
