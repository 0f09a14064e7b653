import { Environment } from '../platform/config/environment.js';
import type { CommandParts, DatabaseCommand } from '../platform/context-command.js';
import { Outbox } from '../platform/messaging/outbox/outbox.js';
import { RecentMessages } from '../platform/messaging/outbox/recent-messages.js';
import { Progress } from '../platform/progress.js';
import { EX_INTERRUPTED } from '../platform/terminal.js';
import { StatusEvents } from './producer/status-events.js';
import { SearchFillRepository } from './repository/search-fill.repository.js';
import { StoredOrders } from './repository/stored-orders.js';
import { WaitsFillRepository } from './repository/waits-fill.repository.js';
import { OrderRetelling } from './service/order-retelling.js';

/** `waybill orders announce`: the program's relay sends what this appends. */
async function announce({ database, settings, topics, terminal }: CommandParts): Promise<number> {
  const { out, err, signal } = terminal;
  const outbox = new Outbox(new RecentMessages(settings.of(Environment)));
  const orders = new StoredOrders(database);
  const retelling = new OrderRetelling(database, orders, new StatusEvents(outbox, topics));
  const total = await orders.expected();
  const progress = err.isTTY ? new Progress(err) : undefined;
  progress?.start('orders announced');
  let hasWaited = false;
  const told = await retelling.run({
    signal,
    onProgress: (soFar) => progress?.show(soFar, total),
    onWaiting() {
      if (hasWaited) return;
      hasWaited = true;
      const line = 'what is announced waits for the relay of the running program';
      if (progress === undefined) err.write(`${line}\n`);
      else progress.say(line);
    },
  });
  progress?.finish();
  const stopped = signal.aborted ? ', and then it was stopped' : '';
  out(`${told} order${told === 1 ? ' is' : 's are'} announced again${stopped}\n`);
  return signal.aborted ? EX_INTERRUPTED : 0;
}

/** `waybill orders search-anew`: the running program looks through all orders, as after the first start with a search. */
async function searchAnew({ database, terminal }: CommandParts): Promise<number> {
  await new SearchFillRepository(database).beginAnew();
  await new WaitsFillRepository(database).beginAnew();
  terminal.out('all orders are looked through again by the running program; /health tells how far it is\n');
  return 0;
}

/** What orders brings to the command line. */
export const ORDERS_COMMANDS: Readonly<Record<string, DatabaseCommand>> = {
  announce: { summary: 'tell of all orders again, for a context that is switched on later', run: announce },
  'search-anew': {
    summary:
      'look through all orders again for what they are found by and wait for, after a version without it has run',
    run: searchAnew,
  },
};
