import { Optional, Text } from '../../platform/validation/field-rules.js';
import { decodeJson } from '../../platform/validation/json-message.js';
import {
  type Acceptance,
  compileValidator,
  type Refusal,
} from '../../platform/validation/model-validator.js';
import { MAX_TEXT_CHARACTERS } from './user.js';

const UserText = (): PropertyDecorator => Text({ maxCharacters: MAX_TEXT_CHARACTERS });

/** What a user is to have, whole: a text that is left out becomes empty. */
export class UserBody {
  @Optional() @UserText() deeplink?: string | undefined;
  @Optional() @UserText() promo_message?: string | undefined;
}

const validate = compileValidator(UserBody, 'a user');

/** The body of a request. A field that we do not know is refused by name. Never throws. */
export const decodeUserBody = (body: Buffer | null): Acceptance<UserBody> | Refusal =>
  decodeJson(body, (decoded) => validate(decoded, 'refuse'));
