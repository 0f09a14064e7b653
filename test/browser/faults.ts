import type { ConsoleMessage, Page } from 'playwright-core';

/** What the browser itself says while a server is away: of the stream of events at least. */
export const SERVER_AWAY = /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING)/;

/**
 * What goes wrong in a page: messages on its console, of whatever level (broken rules of the CSP are among them), uncaught
 * errors, dialogs that a script has opened, requests to another host. A test may bring some about, and says which.
 */
export class Faults {
  /** All that there were so far, one line each. */
  readonly seen: string[] = [];
  private readonly expected: RegExp[] = [];
  private readonly allowed: { readonly fault: RegExp; readonly why: string }[] = [];

  constructor(page: Page, baseUrl: string) {
    const { host } = new URL(baseUrl);
    page.on('console', (message) => {
      if (!isAwaitedAnswer(message)) this.seen.push(lineOf(message));
    });
    page.on('pageerror', (error) => this.seen.push(`uncaught: ${error.message}`));
    page.on('crash', () => this.seen.push('the page crashed'));
    page.on('dialog', (dialog) => {
      this.seen.push(`${dialog.type()}: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (new URL(request.url()).host !== host) this.seen.push(`request to another host: ${request.url()}`);
    });
  }

  /** Each of these has to happen. */
  expect(...faults: RegExp[]): void {
    this.expected.push(...faults);
  }

  /** This may happen, and may not. */
  allow(fault: RegExp, why: string): void {
    this.allowed.push({ fault, why });
  }

  /** @throws Error with each that is not named, and each that had to happen and has not */
  requireNoOther(): void {
    const may = [...this.expected, ...this.allowed.map(({ fault }) => fault)];
    const complaints = [
      ...this.seen.filter((line) => !may.some((fault) => fault.test(line))),
      ...this.expected
        .filter((fault) => !this.seen.some((line) => fault.test(line)))
        .map((fault) => `not seen: ${fault}`),
    ];
    if (complaints.length === 0) return;
    const reasons = this.allowed.map(({ fault, why }) => `(allowed: ${fault}, since ${why})`);
    throw new Error(['what the browser said in this test:', ...complaints, ...reasons].join('\n'));
  }
}

/** `console error: Failed to load resource: … (/api/rates)` */
function lineOf(message: ConsoleMessage): string {
  const path = pathOf(message);
  return `console ${message.type()}: ${message.text()}${path === '' ? '' : ` (${path})`}`;
}

/** A 404 for an order or a thing is an answer like another, but the browser writes every one to the console as an error. */
function isAwaitedAnswer(message: ConsoleMessage): boolean {
  return message.text().includes('status of 404') && /^\/api\/(orders|inventory)\//.test(pathOf(message));
}

/** Of what the message is about; empty where that has no address. */
function pathOf(message: ConsoleMessage): string {
  const { url } = message.location();
  return URL.canParse(url) ? new URL(url).pathname : '';
}
