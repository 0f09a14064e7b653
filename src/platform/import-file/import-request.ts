import type { IncomingMessage, ServerResponse } from 'node:http';
import { requireMediaType } from '../http/json-body.js';
import { lingerBehind } from '../http/lingering-close.js';
import { endConnectionWith } from '../http/pipelined-requests.js';
import { ProblemError } from '../http/problem.js';
import type { LineFault } from './import-format.js';

export const IMPORT_MEDIA_TYPE = 'text/csv';

/** @throws ProblemError 415 */
export const requireCsv = (contentType: string | undefined): void =>
  requireMediaType(contentType, IMPORT_MEDIA_TYPE);

/**
 * Hands a request's body on as it comes in. What is given up in the middle is answered all the same, and the connection
 * closed behind the answer.
 *
 * @param take gets a signal too, which aborts with a ProblemError once nobody waits for the answer any more
 * @throws ProblemError 400 where the sender is gone, and what `take` throws
 */
export async function takeFile<Result>(
  request: IncomingMessage,
  response: ServerResponse,
  take: (body: AsyncIterable<Buffer>, gone: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const notWhole = new ProblemError(400, 'the body is not whole');
  const gone = new AbortController();
  response.once('close', () => gone.abort(notWhole));
  // Whoever stops reading in the middle still has to be answered on the connection.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  try {
    return await take(body, gone.signal);
  } catch (error) {
    throw request.destroyed && !request.complete ? notWhole : error;
  } finally {
    if (!request.complete && !request.destroyed) {
      endConnectionWith(response);
      lingerBehind(request);
    }
  }
}

/** The answer to a file of which nothing was applied. */
export function refusedFile(status: number, faults: readonly LineFault[]): ProblemError {
  const errors = faults.map(({ line, detail }) => ({ path: `line ${line}`, detail }));
  const [first] = errors;
  const others = errors.length > 1 ? `, and ${errors.length - 1} more` : '';
  return new ProblemError(
    status,
    `nothing of the file is applied: ${first!.path} ${first!.detail}${others}`,
    { errors },
  );
}
