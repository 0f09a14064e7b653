/**
 * Loaded into the program by `node --import`, to show that the suite notices: memory keeps what was there before a commit,
 * whoever made it.
 */
import { EntryCache } from '../../../dist/src/entries/cache/entry-cache.js';

EntryCache.prototype.put = () => undefined;
EntryCache.prototype.changed = () => undefined;
