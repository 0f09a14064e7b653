/** Loaded into the program by `node --import`, to show that the suite notices: memory is believed while nothing is heard. */
import { EntryCache } from '../../../dist/src/entries/cache/entry-cache.js';

Object.defineProperty(EntryCache.prototype, 'hearsChanges', { get: () => true });
