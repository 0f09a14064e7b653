import { PermanentError, TransientError } from '../failures/classified-errors.js';

/** Data of a writer's schema cannot be read by the reader's, or the writer's is no Avro schema. */
export class IncompatibleSchemaError extends PermanentError {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'IncompatibleSchemaError';
  }
}

/** Bytes are no datum of their writer's schema, or have a value that the reader's has no place for. No value is quoted. */
export class UndecodableDatumError extends PermanentError {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'UndecodableDatumError';
  }
}

/** The registry has answered that it has no such schema. */
export class SchemaAbsentError extends PermanentError {
  constructor(reason: string) {
    super(reason);
    this.name = 'SchemaAbsentError';
  }
}

/** The registry does not take a schema: it is incompatible with an earlier one of its subject, or nothing may be registered. */
export class SchemaRefusedError extends PermanentError {
  constructor(reason: string) {
    super(reason);
    this.name = 'SchemaRefusedError';
  }
}

/**
 * The registry has not said what was asked. A wrong password or path counts as well: an operator mends it, and no message
 * is to blame.
 */
export class RegistryAwayError extends TransientError {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'RegistryAwayError';
  }
}
