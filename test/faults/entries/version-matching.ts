import type { KeyWrite } from './entry-operations.js';

/** A version that nobody is known to have written. */
export interface Gap {
  readonly version: number;
  /** It was committed between these times. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Whether it is known to exist, so that somebody must have written it. */
  readonly isCertain: boolean;
}

/** A write that may have made any of the gaps from one to another, by their places in the list. */
interface Candidate {
  readonly write: KeyWrite;
  readonly first: number;
  readonly last: number;
}

/**
 * Which writes may have made which gaps. The times of gaps grow with their versions, so what a write may have made are
 * neighbours, and the one with the least choice left can always be taken first.
 */
export class VersionMatching {
  private readonly candidates: readonly Candidate[];
  private readonly byWrite: ReadonlyMap<KeyWrite, Candidate>;

  /**
   * @param gaps in the order of their versions
   * @param writes of which each made one gap at most
   */
  constructor(
    private readonly gaps: readonly Gap[],
    writes: readonly KeyWrite[],
  ) {
    this.candidates = writes.map((write) => this.candidateOf(write));
    this.byWrite = new Map(this.candidates.map((candidate) => [candidate.write, candidate]));
  }

  /** Writes that may have made each gap, by its place. */
  writersOf(): KeyWrite[][] {
    const writers: KeyWrite[][] = this.gaps.map(() => []);
    for (const { write, first, last } of this.candidates) {
      for (let place = first; place <= last; place++) writers[place]!.push(write);
    }
    return writers;
  }

  /** The places of the gaps that a write may have made. Where the first is behind the last, there is none. */
  rangeOf(write: KeyWrite): { readonly first: number; readonly last: number } {
    return this.byWrite.get(write)!;
  }

  /** Of each gap, by its place, the write that alone may have made it. */
  soleWriters(): (KeyWrite | undefined)[] {
    // How many come and go at a place, and the sum of their numbers: of a single one that is its number.
    const changes = Array.from({ length: this.gaps.length + 1 }, () => ({ count: 0, sum: 0 }));
    for (const [number, { first, last }] of this.candidates.entries()) {
      if (first > last) continue;
      changes[first]!.count += 1;
      changes[first]!.sum += number;
      changes[last + 1]!.count -= 1;
      changes[last + 1]!.sum -= number;
    }
    let [count, sum] = [0, 0];
    return this.gaps.map((_, place) => {
      count += changes[place]!.count;
      sum += changes[place]!.sum;
      return count === 1 ? this.candidates[sum]!.write : undefined;
    });
  }

  /** Gaps that somebody must have written, and nobody can have. */
  unwritten(): Gap[] {
    const { free } = this.match(this.candidates);
    return free.filter(({ isCertain }) => isCertain);
  }

  /**
   * Writes of which each must have made one, and cannot have. That all of them can, and that all gaps can be written, is
   * enough for both at once (Mendelsohn and Dulmage, 1958).
   */
  homeless(certain: ReadonlySet<KeyWrite>): KeyWrite[] {
    return this.match(this.candidates.filter(({ write }) => certain.has(write))).homeless;
  }

  private match(candidates: readonly Candidate[]): { free: Gap[]; homeless: KeyWrite[] } {
    const waiting = candidates.toSorted((one, other) => one.first - other.first);
    const free: Gap[] = [];
    const homeless: KeyWrite[] = [];
    let open: Candidate[] = [];
    let next = 0;
    for (const [place, gap] of this.gaps.entries()) {
      while (next < waiting.length && waiting[next]!.first <= place) open.push(waiting[next++]!);
      homeless.push(...open.filter(({ last }) => last < place).map(({ write }) => write));
      open = open.filter(({ last }) => last >= place);
      const chosen = open.reduce<Candidate | undefined>(
        (best, one) => (best === undefined || one.last < best.last ? one : best),
        undefined,
      );
      if (chosen === undefined) free.push(gap);
      else open.splice(open.indexOf(chosen), 1);
    }
    homeless.push(...[...open, ...waiting.slice(next)].map(({ write }) => write));
    return { free, homeless };
  }

  private candidateOf(write: KeyWrite): Candidate {
    const { gaps } = this;
    if (write.ifVersion !== undefined) {
      const place = gaps.findIndex(({ version }) => version === write.ifVersion! + 1);
      const fits = place >= 0 && gaps[place]!.notAfterMs >= write.startMs;
      return { write, first: fits ? place : gaps.length, last: fits ? place : -1 };
    }
    const first = firstWhere(gaps, ({ notAfterMs }) => notAfterMs >= write.startMs);
    const untilMs = write.outcome === 'acknowledged' ? write.endMs : Infinity;
    return { write, first, last: firstWhere(gaps, ({ notBeforeMs }) => notBeforeMs > untilMs) - 1 };
  }
}

/** By bisection. @param isSo no longer changes once it holds. @returns the length, when it holds nowhere */
function firstWhere(gaps: readonly Gap[], isSo: (gap: Gap) => boolean): number {
  let [from, to] = [0, gaps.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isSo(gaps[middle]!)) to = middle;
    else from = middle + 1;
  }
  return from;
}
