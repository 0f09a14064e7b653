/** What must never be. Each is counted; the table shows what is lost, doubled and missing by itself. */
export const FINDING_KINDS = [
  'lost',
  'duplicated',
  'event missing',
  'event out of order',
  'other content',
  'not accepted but stored',
  'dead letter missing',
  'dead letter unfounded',
  'offset beyond what is stored',
  'payment event lost',
  'payment event doubled',
  'carrier event lost',
  'carrier event doubled',
  'announcement missing',
  'announcement out of order',
  'other state',
  'history differs',
  'stock differs',
  'older than read before',
  'newer than stored',
  'wrong latest',
  'not forgotten',
  'foreign value',
  'revived',
  'stale',
  'older than promised',
  'read before it was written',
  'expired but shown',
  'version skipped',
  'version twice',
  'versions out of order',
  'took effect twice',
  'refused but took effect',
  'refused without reason',
  'accepted without reason',
  'half of a batch',
  'told in two ways',
  'unexpected answer',
  'did not recover',
] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

const KEPT_DETAILS = 5;

/** Counts what was found wrong, and keeps the first few of each kind in words. */
export class Findings {
  private readonly found = new Map<FindingKind, { count: number; details: string[] }>();

  add(kind: FindingKind, detail: string): void {
    const entry = this.found.get(kind) ?? { count: 0, details: [] };
    entry.count += 1;
    if (entry.details.length < KEPT_DETAILS) entry.details.push(detail);
    this.found.set(kind, entry);
  }

  count(...kinds: readonly FindingKind[]): number {
    const counted = kinds.length === 0 ? FINDING_KINDS : kinds;
    return counted.reduce((sum, kind) => sum + (this.found.get(kind)?.count ?? 0), 0);
  }

  /** One line a kind that was found. */
  lines(): string[] {
    return [...this.found].map(([kind, { count, details }]) => `${kind}: ${count} (${details.join('; ')})`);
  }
}
