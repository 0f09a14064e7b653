import { TooBusyError } from '../../platform/http/too-busy.error.js';

const HOUR_MS = 3_600_000;

/** A token bucket for test orders: its capacity is an hour's worth, and it refills in an hour. */
export class DemoBudget {
  private left: number;
  private filledAtMs = performance.now();

  constructor(private readonly ordersPerHour: number) {
    this.left = ordersPerHour;
  }

  /** @throws TooBusyError when fewer are left; none is taken then */
  take(orders: number): void {
    const now = performance.now();
    const perMs = this.ordersPerHour / HOUR_MS;
    this.left = Math.min(this.ordersPerHour, this.left + (now - this.filledAtMs) * perMs);
    this.filledAtMs = now;
    if (orders <= this.left) {
      this.left -= orders;
      return;
    }
    const retryAfterSeconds = Math.max(1, Math.ceil((orders - this.left) / perMs / 1_000));
    throw new TooBusyError('as many orders were made up as an hour may have', retryAfterSeconds);
  }

  /** Gives tokens back whose orders were not made. */
  giveBack(orders: number): void {
    this.left += orders;
  }
}
