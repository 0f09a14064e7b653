import { invalidRequest } from '../http/invalid-request.js';
import { ProblemError } from '../http/problem.js';
import { Optional, Text, WholeNumber } from '../validation/field-rules.js';
import { decodeJson } from '../validation/json-message.js';
import { jsonSchemaOf } from '../validation/json-schema.js';
import { compileValidator } from '../validation/model-validator.js';

/** As JSON a text may take several times its bytes. */
export const MAX_EDITED_BODY_BYTES = 3 * 1_048_576;
/** What a topic takes of one event. */
const MAX_VALUE_BYTES = 1_048_576;
const MAX_EDITS = 2_147_483_647;

/** What is to be sent in the place of a letter's event: a text, which need be no JSON. */
class EditedEvent {
  @Text() value!: string;
  @Optional()
  @WholeNumber({
    max: MAX_EDITS,
    meaning: 'The edits of the letter when it was looked at: 409 where somebody was faster',
  })
  edits?: number;
}

/** What is sent in the place of a letter's event. */
export interface Edit {
  readonly value: Buffer;
  /** How often that was done when whoever asks has looked at it. */
  readonly edits?: number | undefined;
}

export const EDITED_EVENT = jsonSchemaOf(EditedEvent);

const validate = compileValidator(EditedEvent, 'an edited event');

/** @throws ProblemError 400 naming what is wrong with the body, 413 where the value is larger than an event may be */
export function parseEditedEvent(body: Buffer | undefined): Edit {
  const verdict = decodeJson(body ?? null, (decoded) => validate(decoded, 'refuse'), {
    maxBytes: MAX_EDITED_BODY_BYTES,
  });
  if (!verdict.valid) throw invalidRequest('the edited event', verdict.faults);
  const { value, edits } = verdict.model;
  const bytes = Buffer.from(value);
  if (bytes.length > MAX_VALUE_BYTES) throw new ProblemError(413, 'the value is larger than 1 MiB');
  return { value: bytes, edits };
}
