import type { Failure, FailureClassifier } from './failure-classifier.js';
import { type FailureKind, kindOfSeveral } from './failure-kind.js';

const DEEPEST_CAUSE = 5;

/** Which kind of failure an error is, as the classifiers of all adapters and contexts of this house know it. */
export class Failures {
  /** @param classifiers in the order in which they are asked; the first that knows an error decides */
  constructor(private readonly classifiers: readonly FailureClassifier[]) {}

  /** An error is judged by itself, and where that does not tell by what caused it. What nobody knows is a bug. */
  kindOf(error: unknown): FailureKind {
    return this.judge(error, new Set()) ?? 'bug';
  }

  private judge(error: unknown, before: ReadonlySet<unknown>): FailureKind | undefined {
    if (typeof error !== 'object' || error === null) return undefined;
    if (before.has(error) || before.size === DEEPEST_CAUSE) return undefined;
    const failure = error as Failure;
    const kind = toldBy(failure) ?? this.known(failure);
    if (kind !== undefined) return kind;
    const seen = new Set(before).add(error);
    return kindOfSeveral(causesOf(failure).map((cause) => this.judge(cause, seen)));
  }

  private known(failure: Failure): FailureKind | undefined {
    for (const classify of this.classifiers) {
      const kind = classify(failure);
      if (kind !== undefined) return kind;
    }
    return undefined;
  }
}

function toldBy({ isTransient, isPermanent }: Failure): FailureKind | undefined {
  if (isTransient === true) return 'transient';
  return isPermanent === true ? 'permanent' : undefined;
}

/** TypeORM has what the driver said in two places; an AggregateError has several. */
function causesOf({ driverError, cause, errors }: Failure): unknown[] {
  const several: unknown[] = Array.isArray(errors) ? errors.filter((one) => one instanceof Error) : [];
  return [driverError ?? cause, ...several];
}
