import { faultAt, type FieldFault, MAX_FAULTS } from '../../platform/validation/field-fault.js';
import type { Steps } from '../../platform/validation/field-path.js';
import { type JsonMembers, membersOf } from '../../platform/validation/json-members.js';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import { ENTRY_NAME, type EntryKey, isEntryName } from '../model/entry-key.js';
import { isMediaType, MEDIA_TYPE_RULE } from '../model/media-type.js';
import type { EntryWrite } from '../model/entry-write.js';
import type { EntryContent } from '../model/stored-entry.js';
import { requireFit } from './entry-problems.js';
import { isJsonType } from './foreign-content.js';
import { contentOf, faultsOfNames, membersOfBody } from './json-content.js';

export const MAX_BATCH_ENTRIES = 100;

const BATCH = 'the batch';
const KEYS = 'keys';
const ENTRIES = 'entries';
const KEYS_RULE = `must be a list of at most ${MAX_BATCH_ENTRIES} keys`;
const MAX_ENTRY_MEMBERS = 16;

/**
 * The keys that `{"keys": […]}` asks for, each once.
 *
 * @throws ProblemError 400 naming what is not valid
 */
export function batchGetKeysOf(body: Buffer, instance: string): EntryKey[] {
  const members = membersOfBody(body, BATCH, 0);
  const at: Steps = { before: undefined, step: KEYS };
  const faults = faultsOfNames(members, [KEYS]);
  const text = members.byName.get(KEYS);
  const keys: unknown = text && JSON.parse(text.toString());
  if (!Array.isArray(keys) || keys.length > MAX_BATCH_ENTRIES) {
    throw invalidRequest(BATCH, [...faults, faultAt(at, KEYS_RULE)]);
  }
  keys.forEach((key, index) => {
    if (typeof key !== 'string' || !isEntryName(key)) {
      faults.push(faultAt({ before: at, step: index }, `must be ${ENTRY_NAME}`));
    }
  });
  if (faults.length > 0) throw invalidRequest(BATCH, faults);
  return [...new Set(keys as string[])].map((key) => ({ instance, key }));
}

/**
 * The writes that `{"entries": {key: {value, ttl?, metadata?}}}` asks for.
 *
 * @throws ProblemError 400 naming what is not valid, 413 for a value that is too large
 */
export function batchSetWritesOf(body: Buffer, instance: string): EntryWrite[] {
  const members = membersOfBody(body, BATCH, 3);
  const at: Steps = { before: undefined, step: ENTRIES };
  const faults = faultsOfNames(members, [ENTRIES]);
  const text = members.byName.get(ENTRIES);
  const entries = text && membersOf(text, MAX_BATCH_ENTRIES);
  if (entries === undefined || entries.hasMore) {
    const detail = `must be an object of at most ${MAX_BATCH_ENTRIES} entries by their keys`;
    throw invalidRequest(BATCH, [...faults, faultAt(at, detail)]);
  }
  const writes: EntryWrite[] = [];
  for (const [key, entry] of entries.byName) {
    const here = { before: at, step: key };
    if (!isEntryName(key)) faults.push(faultAt(here, `must be called by ${ENTRY_NAME}`));
    if (entries.duplicates.has(key)) faults.push(faultAt(here, 'must be there once'));
    writes.push({ instance, key, content: entryContentOf(entry, faults, here) });
  }
  if (faults.length > 0) throw invalidRequest(BATCH, faults.slice(0, MAX_FAULTS));
  for (const { content } of writes) if (content !== undefined) requireFit(content.value);
  return writes;
}

function entryContentOf(text: Buffer, faults: FieldFault[], at: Steps): EntryContent | undefined {
  const members = membersOf(text, MAX_ENTRY_MEMBERS);
  if (members === undefined) {
    faults.push(faultAt(at, 'must be an object with a value'));
    return undefined;
  }
  const content = contentOf(members, faults, at);
  const value = membersOf(content.value, 2);
  return value !== undefined && standsForBytes(value)
    ? { ...content, ...bytesOf(value, faults, { before: at, step: 'value' }) }
    : content;
}

/** A batch has the bytes of other content types in this form, and nothing else in it. */
const standsForBytes = ({ byName, hasMore }: JsonMembers): boolean =>
  !hasMore && byName.size === 2 && byName.has('base64') && byName.has('content_type');

function bytesOf(
  { byName }: JsonMembers,
  faults: FieldFault[],
  at: Steps,
): Pick<EntryContent, 'value' | 'contentType'> {
  const [base64, contentType] = ['base64', 'content_type'].map((name): unknown =>
    JSON.parse(byName.get(name)!.toString()),
  );
  const value = Buffer.from(typeof base64 === 'string' ? base64 : '', 'base64');
  if (value.toString('base64') !== base64) {
    faults.push(faultAt({ before: at, step: 'base64' }, 'must be base64 (RFC 4648, section 4)'));
  }
  if (typeof contentType !== 'string' || !isMediaType(contentType) || isJsonType(contentType)) {
    faults.push(faultAt({ before: at, step: 'content_type' }, `must be ${MEDIA_TYPE_RULE}, and not JSON's`));
  }
  return { value, contentType: String(contentType) };
}
