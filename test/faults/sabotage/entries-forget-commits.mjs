/**
 * Loaded into the program by `node --import`, to show that the suite notices: memory keeps what was there before a commit, until
 * its process hears of it, which is late.
 */
import { setTimeout } from 'node:timers';
import { EntryCache } from '../../../dist/src/entries/cache/entry-cache.js';

const LATE_MS = 300;
const changed = EntryCache.prototype.changed;

EntryCache.prototype.put = () => undefined;
EntryCache.prototype.changed = function changedLate(changes) {
  setTimeout(() => changed.call(this, changes), LATE_MS);
};
