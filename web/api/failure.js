/** @typedef {'bad-request' | 'not-found' | 'not-allowed' | 'conflict' | 'away' | 'slow' | 'broken'} FailureKind */

/** One field that the server found wrong, as a problem document names it. @typedef {{ path: string, detail: string }} FieldError */

/** An answer that is not the one asked for: what kind it is, and a sentence that a reader can use. */
export class ApiFailure extends Error {
  /**
   * @param {FailureKind} kind `conflict`: it is not as it was read any more, or does not allow this. `away`: nothing, or a
   *   fault of the server's; `slow`: no answer in time. After these two trying again may help. `broken`: a fault of the page's.
   * @param {string} message
   * @param {object} [more]
   * @param {number} [more.status] of the answer; none where nothing was answered
   * @param {readonly FieldError[]} [more.errors]
   */
  constructor(kind, message, { status, errors = [] } = {}) {
    super(message);
    this.name = 'ApiFailure';
    this.kind = kind;
    this.status = status;
    this.errors = errors;
  }

  /** Whether the same question may get an answer later. */
  get mayPass() {
    return this.kind === 'away' || this.kind === 'slow';
  }
}

/**
 * @param {Response} response
 * @returns {Promise<ApiFailure>} with the words of its problem document (RFC 9457) where it has one
 */
export async function failureOf(response) {
  const problem = await response.json().catch(() => ({}));
  const words = asSentence(
    String(problem.detail || problem.title || `the server answered ${response.status}`),
  );
  const errors = Array.isArray(problem.errors) ? problem.errors : [];
  // Of the conflicts only one ends by itself: the first request with an Idempotency-Key has no answer yet.
  if (response.status === 409 && response.headers.has('retry-after')) {
    return new ApiFailure('slow', 'What was sent first is still under way.', { status: 409 });
  }
  return new ApiFailure(kindOf(response.status), words, { status: response.status, errors });
}

/**
 * @param {number} status
 * @returns {FailureKind}
 */
function kindOf(status) {
  if (status === 404) return 'not-found';
  if (status === 401 || status === 403) return 'not-allowed';
  if (status === 409 || status === 412) return 'conflict';
  if (status === 429 || status >= 500) return 'away';
  return 'bad-request';
}

/** @param {string} words the server's, which start small and end without a stop */
function asSentence(words) {
  return words.charAt(0).toUpperCase() + words.slice(1) + (/[.!?]$/.test(words) ? '' : '.');
}
