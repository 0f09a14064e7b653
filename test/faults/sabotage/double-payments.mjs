/** Loaded into the program by `node --import`, to show that the suite notices: each payment event is in the ledger twice. */
import { LedgerRepository } from '../../../dist/src/payments/repository/ledger.repository.js';

const append = LedgerRepository.prototype.append;

LedgerRepository.prototype.append = async function appendTwice(tx, events) {
  await append.call(
    this,
    tx,
    events.map((event) => ({ ...event, event_id: `${event.event_id}-again` })),
  );
  return append.call(this, tx, events);
};
