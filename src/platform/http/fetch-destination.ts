import type { IncomingHttpHeaders } from 'node:http';

/** Destinations of the Fetch standard whose content becomes a part of the page that asks for it, or runs beside it. */
const CODE: ReadonlySet<unknown> = new Set([
  'audioworklet',
  'embed',
  'object',
  'paintworklet',
  'script',
  'serviceworker',
  'sharedworker',
  'style',
  'worker',
  'xslt',
]);

/**
 * Whether a page wants what it asks for as a script, a style or the like, by `Sec-Fetch-Dest` (Fetch Metadata), which no page
 * can change. A policy of the answer cannot keep a page of our own origin from that.
 */
export const isLoadedAsCode = (headers: IncomingHttpHeaders): boolean => CODE.has(headers['sec-fetch-dest']);
