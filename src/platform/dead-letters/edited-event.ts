import { invalidRequest } from '../http/invalid-request.js';
import { Text } from '../validation/field-rules.js';
import { decodeJson } from '../validation/json-message.js';
import { jsonSchemaOf } from '../validation/json-schema.js';
import { compileValidator } from '../validation/model-validator.js';

/** What is to be sent in the place of a letter's event: a text, which need be no JSON. */
class EditedEvent {
  @Text() value!: string;
}

export const EDITED_EVENT = jsonSchemaOf(EditedEvent);

const validate = compileValidator(EditedEvent, 'an edited event');

/** @throws ProblemError 400 naming what is wrong with the body */
export function parseEditedEvent(body: Buffer | undefined): Buffer {
  const verdict = decodeJson(body ?? null, (decoded) => validate(decoded, 'refuse'));
  if (!verdict.valid) throw invalidRequest('the edited event', verdict.faults);
  return Buffer.from(verdict.model.value);
}
