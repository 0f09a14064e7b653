/** A line that stays the same is told again after this. */
const AGAIN_AFTER_MS = 60_000;

/** Says what of lines that come again and again is worth being told: what is another one, and what was not told for a while. */
export class RepeatedLines {
  private readonly told = new Map<string, { readonly line: string; readonly atMs: number }>();

  /** @param about what the line is about, such as a broker */
  isWorthTelling(about: string, line: string): boolean {
    const last = this.told.get(about);
    const nowMs = performance.now();
    if (last?.line === line && nowMs - last.atMs < AGAIN_AFTER_MS) return false;
    this.told.set(about, { line, atMs: nowMs });
    return true;
  }

  /** @returns whether anything had been told of it */
  forget(about: string): boolean {
    return this.told.delete(about);
  }
}
