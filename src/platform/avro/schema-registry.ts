import { LRUCache } from 'lru-cache';
import type { Logger } from '../logging/logger.js';
import {
  IncompatibleSchemaError,
  RegistryAwayError,
  SchemaAbsentError,
  SchemaRefusedError,
} from './avro.errors.js';
import { type RegistryAnswer, RegistryExchange, type RegistryOptions } from './registry-exchange.js';

/** How long an id is not asked for again that the registry lacks. A schema is registered before the first message has its id. */
const ABSENT_MS = 10_000;
const MAX_ABSENT = 10_000;
/** There are a few schemas; these bound what a registry that makes them up could have us keep. */
const MAX_SCHEMAS = 1_000;
const MAX_SCHEMA_CHARACTERS = 16 * 1024 * 1024;
/** Whoever waits for an id asks again every few seconds; one that nobody asks for any more is not missing. */
const MISSING_MS = 60_000;
const MAX_MISSING = 1_000;
/** The clock is read each time, and not once a millisecond: these are asked only about ids that are not here. */
const EXACTLY = { ttlResolution: 0 };
/** Where a registry counts its schemas in a signed integer, larger ids are no path that it knows. */
const MAX_SIGNED_ID = 2 ** 31 - 1;
const MAX_ID = 2 ** 32 - 1;
/** Of 40401, no such subject, and 40403, no such schema. A plain 404 is that of a path which is wrong. */
const ABSENT_HUNDREDS = 404;

/** What the registry says of an id, for good. */
type Found = string | IncompatibleSchemaError;

/**
 * Schemas by their ids, as a Confluent schema registry has them, or another with the same API. Nothing is written to it
 * but by {@link idOf} when told to.
 */
export class SchemaRegistry {
  private readonly exchange: RegistryExchange;
  private readonly asked = new Map<number, Promise<string>>();
  private readonly found = new LRUCache<number, Found>({
    max: MAX_SCHEMAS,
    maxSize: MAX_SCHEMA_CHARACTERS,
    sizeCalculation: (found) => (typeof found === 'string' ? found : found.message).length + 1,
  });
  private readonly absent = new LRUCache<number, string>({ max: MAX_ABSENT, ttl: ABSENT_MS, ...EXACTLY });
  private readonly waited = new LRUCache<number, string>({ max: MAX_MISSING, ttl: MISSING_MS, ...EXACTLY });

  /** @throws TypeError for a URL that is none, without a word of it */
  constructor(
    options: RegistryOptions,
    private readonly log?: Logger,
  ) {
    this.exchange = new RegistryExchange(options);
  }

  /** The ids that callers wait for while the registry is away, each with the reason. */
  get missing(): ReadonlyMap<number, string> {
    return new Map(this.waited.entries());
  }

  /**
   * The text of the schema of an id, unsigned 32 bits. Concurrent callers share one question. An answer is remembered: a schema for
   * good, its absence for {@link ABSENT_MS}.
   *
   * @throws SchemaAbsentError, RegistryAwayError, IncompatibleSchemaError for a schema of several parts or another format
   */
  async schemaOf(id: number): Promise<string> {
    const found = this.found.get(id);
    if (typeof found === 'string') return found;
    if (found !== undefined) throw found;
    const absence = this.absent.get(id);
    if (absence !== undefined) throw new SchemaAbsentError(absence);
    const asked = this.asked.get(id) ?? this.fetched(id).finally(() => this.asked.delete(id));
    this.asked.set(id, asked);
    return asked;
  }

  /**
   * The id of a schema under a subject (`users-value`).
   *
   * @param register whether it is registered where the subject does not have it
   * @throws SchemaAbsentError when it is not to be registered, RegistryAwayError, SchemaRefusedError
   */
  async idOf(subject: string, schema: object, register: boolean): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}`;
    const question = { schema: JSON.stringify(schema) };
    let answer = await this.exchange.ask(path, question);
    if (isAbsence(answer)) {
      if (!register)
        throw new SchemaAbsentError(`the registry has no such schema under the subject ${subject}`);
      answer = await this.exchange.ask(`${path}/versions`, question);
    }
    if ('refusal' in answer) throw refusalOf(answer);
    const { id } = answer.body;
    if (isId(id)) return id;
    throw new RegistryAwayError('the answer of the schema registry has no id');
  }

  private async fetched(id: number): Promise<string> {
    try {
      const answer = await this.exchange.ask(`/schemas/ids/${id}`);
      const found = foundIn(answer, id);
      this.noteAnswer(id);
      this.found.set(id, found);
      if (typeof found !== 'string') throw found;
      return found;
    } catch (error) {
      if (error instanceof SchemaAbsentError) {
        this.noteAnswer(id);
        this.absent.set(id, error.message);
      } else if (error instanceof RegistryAwayError) {
        this.noteFailure(id, error.message);
      }
      throw error;
    }
  }

  private noteFailure(id: number, reason: string): void {
    if (!this.waited.has(id)) {
      this.log?.warn({ schemaId: id, reason }, 'the schema registry is away; what has this schema waits');
    }
    this.waited.set(id, reason);
  }

  private noteAnswer(id: number): void {
    if (this.waited.delete(id)) this.log?.info({ schemaId: id }, 'the schema registry has answered');
  }
}

/** @throws SchemaAbsentError, RegistryAwayError */
function foundIn(answer: RegistryAnswer, id: number): Found {
  if (isAbsence(answer) || ('refusal' in answer && id > MAX_SIGNED_ID)) {
    throw new SchemaAbsentError(`the schema registry has no schema ${id}`);
  }
  if ('refusal' in answer) {
    throw new RegistryAwayError(
      `the schema registry answers with ${answer.status}: ${answer.refusal.message}`,
    );
  }
  const { schema, schemaType = 'AVRO', references } = answer.body;
  if (typeof schema !== 'string' || typeof schemaType !== 'string') {
    throw new RegistryAwayError('the answer of the schema registry has no schema');
  }
  if (schemaType !== 'AVRO') {
    return new IncompatibleSchemaError(
      `schema ${id} is of the type ${schemaType.slice(0, 20)}, and not AVRO`,
    );
  }
  if (Array.isArray(references) && references.length > 0) {
    return new IncompatibleSchemaError(`schema ${id} has references to others, which are not followed`);
  }
  return schema;
}

function isAbsence(answer: RegistryAnswer): boolean {
  return (
    'refusal' in answer && answer.status === 404 && Math.floor(answer.refusal.code / 100) === ABSENT_HUNDREDS
  );
}

function refusalOf({ status, refusal }: Extract<RegistryAnswer, { refusal: unknown }>): Error {
  const reason = `${status}, ${refusal.code}: ${refusal.message}`;
  return status === 409 || status === 422
    ? new SchemaRefusedError(`the schema registry refuses the schema (${reason})`)
    : new RegistryAwayError(`the schema registry answers with ${reason}`);
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_ID;
}
