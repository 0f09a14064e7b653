/** Loaded into the program by `node --import`, to show that the suite notices: memory is not told of deletes. */
import { EntryCache } from '../../../dist/src/entries/cache/entry-cache.js';

const put = EntryCache.prototype.put;

EntryCache.prototype.put = function putValues(entries) {
  put.call(
    this,
    entries.filter(({ content }) => content !== undefined),
  );
};
