import { headerIn, KeptGets } from '../../../src/customers/load-test/kept-gets.js';
import type { User } from '../../../src/promos/model/user.js';

/** What a caller was told, or that nothing came. */
export interface UserAnswer {
  readonly userId: string;
  /** 0: no answer came. */
  readonly status: number;
  /** As the answer has it, such as `ok:redis`; of an answer that is not the route's own, its first characters. */
  readonly message: string;
  readonly user?: User | undefined;
  readonly retryAfter?: string | undefined;
  /** By the clock of `performance.now()`. */
  readonly sentAtMs: number;
  /** Until all of it was there. */
  readonly tookMs: number;
}

/** A caller with one connection, which asks for one user after the other. */
export class UserConnection {
  private constructor(private readonly gets: KeptGets) {}

  /** @throws Error when nobody listens there */
  static async open(url: string): Promise<UserConnection> {
    return new UserConnection(await KeptGets.open(url));
  }

  get isOpen(): boolean {
    return this.gets.isOpen;
  }

  /** Never fails: that nothing came is an answer too. */
  async ask(userId: string): Promise<UserAnswer> {
    const sentAtMs = performance.now();
    const told = await this.told(userId);
    return { ...told, userId, sentAtMs, tookMs: performance.now() - sentAtMs };
  }

  /** Hangs up, whatever is under way. */
  close(): void {
    this.gets.close();
  }

  private async told(userId: string): Promise<Omit<UserAnswer, 'userId' | 'sentAtMs' | 'tookMs'>> {
    try {
      const { status, head, body } = await this.gets.get(`/v1/users?user_id=${userId}`);
      return { status, retryAfter: headerIn(head, 'retry-after'), ...toldBy(body.toString()) };
    } catch (error) {
      return { status: 0, message: (error as Error).message };
    }
  }
}

function toldBy(body: string): { message: string; user?: User } {
  try {
    const { message, user_id, deeplink, promo_message } = JSON.parse(body) as User & { message?: string };
    if (message === undefined) return { message: body.slice(0, 200) };
    return user_id === undefined ? { message } : { message, user: { user_id, deeplink, promo_message } };
  } catch {
    return { message: body.slice(0, 200) };
  }
}
