import type { Page, Route } from 'playwright-core';

/** An answer as a server, or somebody between it and the page, gives it. */
export interface Answer {
  readonly status?: number;
  readonly json: unknown;
}

type Way = Answer | 'held' | 'the real one';

/** Stands in for the server where the page asks for some of what it shows: each question gets the answer that is set. */
export class Answers {
  private way: Way = 'held';
  private readonly waiting: Route[] = [];
  private tellOfFirst = (): void => undefined;
  /** The page has asked once. */
  readonly asked = new Promise<void>((resolve) => (this.tellOfFirst = resolve));

  /** @param asked pattern of the addresses that are answered here; the others go to the server */
  static async to(page: Page, asked: string | RegExp): Promise<Answers> {
    const answers = new Answers();
    await page.route(asked, (route) => answers.take(route));
    return answers;
  }

  /** From now on, and to all that wait. */
  async give(way: Way): Promise<void> {
    this.way = way;
    for (const route of this.waiting.splice(0)) await this.take(route);
  }

  private async take(route: Route): Promise<void> {
    this.tellOfFirst();
    if (this.way === 'held') this.waiting.push(route);
    else {
      const answered = this.way === 'the real one' ? route.continue() : route.fulfill(this.way);
      // Refused where the page has called the question off meanwhile.
      await answered.catch(() => undefined);
    }
  }
}

/** As a problem document (RFC 9457). */
export function problem(status: number, detail: string): Answer {
  return { status, json: { type: 'about:blank', title: 'Problem', status, detail } };
}

/** Has the page wait for an answer a hundredth as long as it would, while `window.isImpatient` is true. */
export const IMPATIENCE = `{
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (ms) => timeout(window.isImpatient ? ms / 100 : ms);
}`;
