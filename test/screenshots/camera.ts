import { mkdir, writeFile } from 'node:fs/promises';
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

const PATIENCE_MS = 15_000;
/** What holds the room of something that is on its way: none of it is to be in a picture of what there is in the end. */
const BUSY = '.loading';
/** Of a picture: a list goes on as it begins. */
const MAX_HEIGHT = 2_400;
const WEBP_QUALITY = 80;

/** Takes a sight in each format, each in a browser profile of its own, so that no sight leads to another. */
export class Camera {
  /** Sights that could not be reached, and what the console said: one line each. */
  readonly faults: string[] = [];

  constructor(
    private readonly browser: Browser,
    private readonly baseUrl: string,
    private readonly folder: string,
  ) {}

  /** As PNGs, all of the page, however much of it is in sight. */
  async takeAll(sight: Sight): Promise<void> {
    for (const format of FORMATS) {
      const file = `${sight.name}-${format.width}-${format.scheme}`;
      await this.visit(sight, format, file, async (page) => {
        const height = await page.evaluate<number>('document.documentElement.scrollHeight');
        await page.screenshot({
          path: join(this.folder, `${file}.png`),
          fullPage: true,
          clip: { x: 0, y: 0, width: format.width, height: Math.min(height, MAX_HEIGHT) },
          animations: 'disabled',
        });
      });
    }
  }

  /** What is in sight, as WebP, which is a third of what the same is as PNG. @returns its bytes */
  async takeSmall(sight: Sight, format: Format): Promise<number> {
    let bytes = 0;
    await this.visit(sight, format, sight.name, async (page) => {
      const session = await page.context().newCDPSession(page);
      const { data } = await session.send('Page.captureScreenshot', {
        format: 'webp',
        quality: WEBP_QUALITY,
      });
      const image = Buffer.from(data, 'base64');
      await writeFile(join(this.folder, `${sight.name}.webp`), image);
      bytes = image.length;
    });
    return bytes;
  }

  private async visit(
    sight: Sight,
    format: Format,
    file: string,
    shoot: (page: Page) => Promise<void>,
  ): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const context = await this.profile(format);
    try {
      const page = await context.newPage();
      page.on('pageerror', (error) => this.faults.push(`${file}: ${error.message}`));
      await sight.reach(page);
      await shoot(page);
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
