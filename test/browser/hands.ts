import type { Locator, Page } from 'playwright-core';

/** What a task took. */
export interface Effort {
  /** Of the mouse, and keys such as Enter. */
  readonly clicks: number;
  /** Texts that were typed or pasted. */
  readonly entries: number;
  /** Of the page and the server; the hands lose no time. */
  readonly seconds: number;
}

/** The hands of a person at the page, who are counted. */
export class Hands {
  private clicks = 0;
  private entries = 0;
  private startedAtMs = 0;

  private constructor(readonly page: Page) {}

  /** At the start page, as somebody has it open when the phone rings. */
  static async at(page: Page): Promise<Hands> {
    const hands = new Hands(page);
    await page.goto('/');
    await page.getByRole('heading', { name: 'Newest orders' }).waitFor();
    await page.getByText('connected', { exact: true }).waitFor();
    hands.startedAtMs = performance.now();
    return hands;
  }

  /** Puts what the caller says into the field of the masthead, which `/` leads to. */
  async find(text: string): Promise<void> {
    await this.press('/');
    this.entries++;
    await this.page.keyboard.insertText(text);
  }

  async fill(field: Locator, text: string): Promise<void> {
    this.entries++;
    await field.fill(text);
  }

  async press(key: string): Promise<void> {
    this.clicks++;
    await this.page.keyboard.press(key);
  }

  async click(what: Locator): Promise<void> {
    this.clicks++;
    await what.click();
  }

  /** @param answer what the caller is told: it has to be seen */
  async seen(...answer: readonly Locator[]): Promise<Effort> {
    for (const part of answer) await part.waitFor();
    const { clicks, entries } = this;
    return { clicks, entries, seconds: (performance.now() - this.startedAtMs) / 1_000 };
  }
}
