/**
 * Loaded into the program by `node --import`, to show that the suite notices: memory is not told of deletes, until its process
 * hears of them, which is late.
 */
import { setTimeout } from 'node:timers';
import { EntryCache } from '../../../dist/src/entries/cache/entry-cache.js';

const LATE_MS = 300;
const { changed, put } = EntryCache.prototype;

EntryCache.prototype.put = function putValues(entries) {
  put.call(
    this,
    entries.filter(({ content }) => content !== undefined),
  );
};
EntryCache.prototype.changed = function changedLate(changes) {
  setTimeout(() => changed.call(this, changes), LATE_MS);
};
