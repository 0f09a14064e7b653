import { faultAt, type FieldFault } from '../../platform/validation/field-fault.js';
import type { Steps } from '../../platform/validation/field-path.js';
import { faultOfJson, type JsonMembers, membersOf } from '../../platform/validation/json-members.js';
import { MAX_DEPTH, parseJson } from '../../platform/validation/json-text.js';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import { type EntryContent, MAX_METADATA_BYTES, MAX_TTL_SECONDS } from '../model/stored-entry.js';

const MEMBERS = ['value', 'ttl', 'metadata'];
/** Enough to name what is wrong by; nobody needs the others. */
const MAX_MEMBERS = 16;
/** A number of more digits is none that a time to live has. */
const MAX_NUMBER_BYTES = 32;
const OPEN_OBJECT = 0x7b;
const NOTHING = Buffer.alloc(0);

/**
 * The members of a request's body.
 *
 * @param what it is, for errors: 'the entry'
 * @param levels of objects around the values, which may be nested as deep as anything else
 * @throws ProblemError 400 for what is no JSON object
 */
export function membersOfBody(body: Buffer, what: string, levels: number): JsonMembers {
  const fault = faultOfJson(body, MAX_DEPTH + levels);
  if (fault !== undefined) throw invalidRequest(what, [faultAt(undefined, fault)]);
  const members = membersOf(body, MAX_MEMBERS);
  if (members === undefined) throw invalidRequest(what, [faultAt(undefined, 'must be a JSON object')]);
  return members;
}

/** Of members that are not `known`, or stand there twice. */
export function faultsOfNames(
  { byName, duplicates, hasMore }: JsonMembers,
  known: readonly string[],
  at?: Steps,
): FieldFault[] {
  const faults: FieldFault[] = [];
  for (const name of byName.keys()) {
    const here = { before: at, step: name };
    if (!known.includes(name)) faults.push(faultAt(here, 'is not known here'));
    else if (duplicates.has(name)) faults.push(faultAt(here, 'must be there once'));
  }
  if (hasMore) faults.push(faultAt(at, `must have no other members than ${known.join(', ')}`));
  return faults;
}

/**
 * What `{"value": any JSON, "ttl"?: whole seconds, "metadata"?: object}` puts under a key.
 *
 * @param faults gets what is wrong with it; nothing is to be written then
 * @param at where the object stands in the body
 */
export function contentOf(members: JsonMembers, faults: FieldFault[], at?: Steps): EntryContent {
  faults.push(...faultsOfNames(members, MEMBERS, at));
  const value = members.byName.get('value');
  const ttl = members.byName.get('ttl');
  const metadata = members.byName.get('metadata');
  const step = (name: string): Steps => ({ before: at, step: name });
  if (value === undefined) faults.push(faultAt(step('value'), 'is missing'));
  const ttlSeconds = ttl && secondsOf(ttl);
  if (ttl !== undefined && ttlSeconds === undefined) {
    faults.push(faultAt(step('ttl'), `must be a whole number of seconds from 0 to ${MAX_TTL_SECONDS}`));
  }
  if (metadata !== undefined && (metadata[0] !== OPEN_OBJECT || metadata.length > MAX_METADATA_BYTES)) {
    faults.push(faultAt(step('metadata'), `must be an object of at most ${MAX_METADATA_BYTES} bytes`));
  }
  return { value: value ?? NOTHING, ttlSeconds, metadata: metadata?.toString() };
}

/** @param text JSON. 1e3 and 5.0 are whole numbers, written in another way; one that is not exactly itself is none. */
function secondsOf(text: Buffer): number | undefined {
  if (text.length > MAX_NUMBER_BYTES) return undefined;
  // Within a list, since a number that stands alone is not looked at.
  const [number] = parseJson(`[${text.toString()}]`) as unknown[];
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > MAX_TTL_SECONDS)
    return undefined;
  return number === 0 ? 0 : number;
}
