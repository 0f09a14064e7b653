import { Environment } from '../platform/config/environment.js';
import type { CommandParts, ContextCommand } from '../platform/context-command.js';
import { Outbox } from '../platform/messaging/outbox/outbox.js';
import { RecentMessages } from '../platform/messaging/outbox/recent-messages.js';
import { Progress } from '../platform/progress.js';
import { EX_INTERRUPTED } from '../platform/terminal.js';
import { StatusEvents } from './producer/status-events.js';
import { StoredOrders } from './repository/stored-orders.js';
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

/** What orders brings to the command line. */
export const ORDERS_COMMANDS: Readonly<Record<string, ContextCommand>> = {
  announce: { summary: 'tell of all orders again, for a context that is switched on later', run: announce },
};
