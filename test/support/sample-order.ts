import { readFileSync } from 'node:fs';

export type JsonObject = Record<string, unknown>;

export interface SampleEvent {
  name: string;
  verdict: 'accepted' | 'dead-letter';
  why: string;
  /** The message's value. */
  raw: string;
}

/** A fresh copy of the order that every part of the system agrees on, as JSON.parse gives it. */
export function sampleOrder(): JsonObject {
  return JSON.parse(sampleOrderText()) as JsonObject;
}

export function sampleOrderText(): string {
  return readSample('order.json');
}

export function sampleEvents(): SampleEvent[] {
  const lines = readSample('events.jsonl').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as SampleEvent);
}

/** The sample with one field replaced, or removed when `value` is undefined: `items[0].sale`, `payment`. */
export function sampleOrderWith(path: string, value: unknown): JsonObject {
  const order = sampleOrder();
  const names = path.split(/[.[\]]+/).filter((name) => name !== '');
  const last = names.pop()!;
  let holder: JsonObject = order;
  for (const name of names) holder = holder[name] as JsonObject;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return order;
}

function readSample(file: string): string {
  return readFileSync(new URL(`../samples/${file}`, import.meta.url), 'utf8');
}
