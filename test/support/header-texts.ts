import type { EventHeaders } from '../../src/platform/messaging/event-headers.js';

/** Headers as texts, the last of each name. */
export function headerTexts(headers: EventHeaders): Record<string, string> {
  return Object.fromEntries(headers.map(({ name, value }) => [String(name), String(value)]));
}
