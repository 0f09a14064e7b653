const BAR_CELLS = 30;
const CLEAR_LINE = '\r\u001B[2K';

/**
 * Shows how far a long phase is: a bar that redraws itself on a terminal, one line a finished phase elsewhere.
 * On standard error, so that standard output holds the table alone.
 */
export class Progress {
  private phase = '';
  private startedAtMs = 0;

  constructor(private readonly stream: NodeJS.WriteStream = process.stderr) {}

  start(phase: string): void {
    this.phase = phase;
    this.startedAtMs = performance.now();
    this.show(0, 0);
  }

  /** @param what stands beside the bar; the phase, unless it is said */
  show(done: number, total: number, what = this.phase): void {
    if (!this.stream.isTTY) return;
    const share = total === 0 ? 0 : Math.min(done / total, 1);
    const cells = Math.round(share * BAR_CELLS);
    const bar = '█'.repeat(cells) + '░'.repeat(BAR_CELLS - cells);
    this.stream.write(`${CLEAR_LINE}${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${what}`);
  }

  finish(): void {
    const seconds = ((performance.now() - this.startedAtMs) / 1_000).toFixed(1);
    this.stream.write(`${this.stream.isTTY ? CLEAR_LINE : ''}${this.phase}: ${seconds} s\n`);
  }

  /** A line of its own beside the bar. */
  say(line: string): void {
    this.stream.write(`${this.stream.isTTY ? CLEAR_LINE : ''}${line}\n`);
  }
}
