import type { Measurement } from '../benchmark.js';

/** The lines of a table, in the order in which each was first added to. */
export class Figures {
  private readonly byName = new Map<string, { unit: string; rounds: number[] }>();

  /** Adds one round's value to a line. */
  add(name: string, unit: string, value: number): void {
    const line = this.byName.get(name) ?? { unit, rounds: [] };
    line.rounds.push(value);
    this.byName.set(name, line);
  }

  measurements(): Measurement[] {
    return Array.from(this.byName, ([name, line]) => ({ name, ...line }));
  }
}
