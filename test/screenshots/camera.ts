import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';

export interface Format {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 375, height: 812 };

export const FORMATS: readonly Format[] = [WIDE, NARROW].flatMap((size) => [
  { ...size, scheme: 'light' as const },
  { ...size, scheme: 'dark' as const },
]);

/** What is photographed, and how a reader gets there. */
export interface Sight {
  /** Of the file: `order-away`. */
  readonly name: string;
  /** @throws Error when it cannot be seen in time */
  readonly reach: (page: Page) => Promise<void>;
}

export interface Shot {
  /** Its name without `.png`. */
  readonly file: string;
  /** All of the page, however long, and not only what is in sight. */
  readonly fullPage: boolean;
}

const PATIENCE_MS = 15_000;
/** What a page is still busy with: none of it is to be in a picture of what it shows in the end. */
const BUSY = '[aria-busy="true"]';

/** Takes a sight in each format, each in a browser profile of its own, so that no sight leads to another. */
export class Camera {
  /** Sights that could not be reached, and what the console said: one line each. */
  readonly faults: string[] = [];

  constructor(
    private readonly browser: Browser,
    private readonly baseUrl: string,
    private readonly folder: string,
  ) {}

  async takeAll(sight: Sight): Promise<void> {
    for (const format of FORMATS) {
      await this.take(sight, format, {
        file: `${sight.name}-${format.width}-${format.scheme}`,
        fullPage: true,
      });
    }
  }

  async take(sight: Sight, format: Format, { file, fullPage }: Shot): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const context = await this.profile(format);
    try {
      const page = await context.newPage();
      page.on('pageerror', (error) => this.faults.push(`${file}: ${error.message}`));
      await sight.reach(page);
      await page.screenshot({ path: join(this.folder, `${file}.png`), fullPage, animations: 'disabled' });
    } catch (error) {
      this.faults.push(`${file}: ${(error as Error).message.split('\n')[0]}`);
    } finally {
      await context.close();
    }
  }

  private async profile({ width, height, scheme }: Format): Promise<BrowserContext> {
    const context = await this.browser.newContext({
      baseURL: this.baseUrl,
      viewport: { width, height },
      colorScheme: scheme,
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
    });
    context.setDefaultTimeout(PATIENCE_MS);
    return context;
  }
}

/** Resolves once nothing of the page is being loaded any more. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor({ state: 'attached' });
  await eventually(
    async () => {
      if ((await page.locator(BUSY).count()) > 0) throw new Error(`${page.url()} is still busy`);
    },
    { timeoutMs: PATIENCE_MS },
  );
}
