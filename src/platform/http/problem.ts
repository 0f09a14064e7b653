/** One fault of a request. */
export interface ProblemFault {
  /** Where, as one would write it in code: `payment.amount`, `items[0].sale`, or a parameter's name. */
  readonly path: string;
  /** The same place in the body as a JSON Pointer in a URI fragment (RFC 6901, section 6). */
  readonly pointer?: string;
  /** What is wrong and what was expected. */
  readonly detail: string;
}

/** The body of an error answer, `application/problem+json` (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The path that was asked for. */
  readonly instance?: string;
  readonly errors?: readonly ProblemFault[];
}

/** What makes an error answer. */
export interface ProblemContent {
  readonly status: number;
  /** The detail. */
  readonly message: string;
  readonly errors?: readonly ProblemFault[] | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Extension members, which stand behind the others. */
  readonly members?: Readonly<Record<string, string>>;
}

export interface ProblemOptions extends Pick<ProblemContent, 'errors' | 'headers' | 'members'> {
  readonly cause?: unknown;
}

/** Thrown where a request cannot be answered as it asks; becomes the error answer at the edge. */
export class ProblemError extends Error implements ProblemContent {
  readonly errors: readonly ProblemFault[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, string>>;

  constructor(
    readonly status: number,
    detail: string,
    options: ProblemOptions = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = 'ProblemError';
    this.errors = options.errors;
    this.headers = options.headers ?? {};
    this.members = options.members ?? {};
  }
}
