import type { ImportRow } from '../model/import-row.js';

const FIRST_CAPACITY = 4_096;
/** `line`, `chrtId`, `nmId` and `onHand`, each a double. */
const NUMBERS_A_ROW = 4;

/** The rows of a file. As bare numbers a million of them take 32 MB; as objects they would take three times that. */
export class ImportRows {
  private numbers = new Float64Array(FIRST_CAPACITY * NUMBERS_A_ROW);
  private count = 0;

  get length(): number {
    return this.count;
  }

  push({ line, chrtId, nmId, onHand }: ImportRow): void {
    const at = this.count * NUMBERS_A_ROW;
    if (at === this.numbers.length) {
      const larger = new Float64Array(this.numbers.length * 2);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[at] = line;
    this.numbers[at + 1] = chrtId;
    this.numbers[at + 2] = nmId;
    this.numbers[at + 3] = onHand;
    this.count++;
  }

  /** Those from one place to before another, in the file's order. */
  slice(start: number, end: number): ImportRow[] {
    const rows: ImportRow[] = [];
    for (let place = start; place < Math.min(end, this.count); place++) {
      const at = place * NUMBERS_A_ROW;
      const [line, chrtId, nmId, onHand] = this.numbers.subarray(at, at + NUMBERS_A_ROW);
      rows.push({ line: line!, chrtId: chrtId!, nmId: nmId!, onHand: onHand! });
    }
    return rows;
  }
}
