/** Loaded into the program by `node --import`, to show that the suite notices: nothing is put into the outbox. */
import { Outbox } from '../../../dist/src/platform/messaging/outbox/outbox.js';

Outbox.prototype.append = async () => undefined;
