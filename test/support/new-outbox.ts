import { Environment } from '../../src/platform/config/environment.js';
import { Outbox } from '../../src/platform/messaging/outbox/outbox.js';
import { RecentMessages } from '../../src/platform/messaging/outbox/recent-messages.js';

/** An outbox whose messages no relay of the same process looks for. */
export function newOutbox(): Outbox {
  return new Outbox(new RecentMessages(new Environment()));
}
