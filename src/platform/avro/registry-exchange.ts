import { RegistryAwayError } from './avro.errors.js';
import { Semaphore } from '../messaging/semaphore.js';

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';
const MAX_CONCURRENT = 8;
const MAX_ANSWER_BYTES = 1024 * 1024;
const MAX_MESSAGE_CHARACTERS = 200;

/** What the registry itself says no to, with a reason in JSON. The rest is between it and an operator. */
const REFUSALS: ReadonlySet<number> = new Set([400, 404, 409, 422]);

export interface RegistryOptions {
  /** Of the registry's root, with the path that its API stands under and a user and password, where there are any. */
  readonly url: string;
  /** For a whole exchange, from the wait for a turn to the last byte of the answer. */
  readonly timeoutMs: number;
}

/** An answer of the registry, which is a yes or one of its own refusals. */
export type RegistryAnswer =
  | { readonly status: 200; readonly body: Readonly<Record<string, unknown>> }
  | { readonly status: number; readonly refusal: { readonly code: number; readonly message: string } };

/**
 * Questions to a registry that speaks the HTTP API of Confluent's. A redirect is followed, and `fetch` takes the password
 * along only to where it was given for (Fetch standard, "HTTP-redirect fetch").
 */
export class RegistryExchange {
  private readonly root: string;
  private readonly headers: Record<string, string> = { Accept: MEDIA_TYPE };
  private readonly turns = new Semaphore(MAX_CONCURRENT);

  /** @throws TypeError for a URL that is none, without a word of it */
  constructor(private readonly options: RegistryOptions) {
    const url = parsed(options.url);
    this.root = url.origin + url.pathname.replace(/\/+$/, '');
    const credentials = credentialsOf(url);
    if (credentials !== undefined) this.headers.Authorization = `Basic ${credentials}`;
  }

  /**
   * @param path behind the registry's own, encoded
   * @param body posted as JSON; without one it is a GET
   * @throws RegistryAwayError
   */
  async ask(path: string, body?: object): Promise<RegistryAnswer> {
    const signal = AbortSignal.timeout(this.options.timeoutMs);
    try {
      await this.turns.acquire(signal);
      try {
        return await this.exchange(path, signal, body);
      } finally {
        this.turns.release();
      }
    } catch (error) {
      throw this.away(error, signal);
    }
  }

  private async exchange(path: string, signal: AbortSignal, body?: object): Promise<RegistryAnswer> {
    const response = await fetch(this.root + path, {
      signal,
      headers: body === undefined ? this.headers : { ...this.headers, 'Content-Type': MEDIA_TYPE },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    const { status } = response;
    if (!response.ok && !REFUSALS.has(status)) {
      await response.body?.cancel();
      throw new RegistryAwayError(`the schema registry ${reasonOf(status)}`);
    }
    const answer = jsonObject(await text(response));
    if (response.ok && answer !== undefined) return { status: 200, body: answer };
    if (response.ok || typeof answer?.error_code !== 'number') {
      throw new RegistryAwayError(`what answers with ${status} is no schema registry`);
    }
    const message = typeof answer.message === 'string' ? answer.message.slice(0, MAX_MESSAGE_CHARACTERS) : '';
    return { status, refusal: { code: answer.error_code, message } };
  }

  private away(error: unknown, signal: AbortSignal): RegistryAwayError {
    if (error instanceof RegistryAwayError) return error;
    if (signal.aborted) {
      return new RegistryAwayError(
        `the schema registry has not answered within ${this.options.timeoutMs} ms`,
        { cause: error },
      );
    }
    // `fetch` says what is wrong as the cause of an error that says nothing.
    const { cause } = error as { cause?: { code?: string; message?: string } };
    const reason = cause?.code ?? cause?.message ?? (error as Error).message;
    return new RegistryAwayError(`the schema registry cannot be reached: ${reason}`, { cause: error });
  }
}

function parsed(text: string): URL {
  // The error that URL itself throws has the text with it.
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new TypeError('the URL of the schema registry is none of http or https');
}

/** `fetch` refuses a URL that has them. @returns as basic auth has them (RFC 7617), in UTF-8 */
function credentialsOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  try {
    return Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  } catch {
    throw new TypeError('the user or password of the schema registry has a % that begins no escape of UTF-8');
  }
}

function reasonOf(status: number): string {
  if (status === 401 || status === 403) return `refuses the user or password (${status})`;
  return status === 429 ? 'is asked too often (429)' : `answers with ${status}`;
}

/** Never more than the limit, whatever the answer says of its size. */
async function text(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop ends the transfer.
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES)
      throw new RegistryAwayError(`the schema registry answers with more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function jsonObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
