import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { eventually } from '../support/eventually.js';

type Scheme = 'light' | 'dark';

/** What is photographed, and how a reader gets there. */
export interface Sight {
  /** Of the file: `order-away`. */
  readonly name: string;
  /** @throws Error when it cannot be seen in time */
  readonly reach: (page: Page) => Promise<void>;
  /** What fits on the screen, rather than all of the page: a dialog stands in its middle, and a list has no end. */
  readonly isOfScreen?: boolean;
}

const SCHEMES: readonly Scheme[] = ['light', 'dark'];
const WIDE_HEIGHT = 900;
const NARROW_HEIGHT = 812;
/** Whoever has so narrow a screen has no mouse: controls are larger there. */
const MOST_NARROW_WIDTH = 600;

const PATIENCE_MS = 15_000;
const SIGHT_MS = 30_000;
/** What is on its way is in no picture of what there is in the end. */
const BUSY = '[aria-busy="true"], .loading';
/** Of a picture of a whole page. */
const MAX_HEIGHT = 3_000;
const WEBP_QUALITY = 80;

/** Takes a sight on screens of some widths, light and dark. What goes wrong with one of them keeps no other from its picture. */
export class Camera {
  /** Sights that could not be reached, and what the page threw: one line each. */
  readonly faults: string[] = [];
  private readonly screens = new Map<number, Promise<BrowserContext>>();

  /** @param widths of the screens, in CSS pixels */
  constructor(
    private readonly browser: Browser,
    private readonly baseUrl: string,
    private readonly folder: string,
    private readonly widths: readonly number[],
  ) {}

  /** Writes `<name>-<width>-<scheme>.png` for each width and scheme. */
  async takeAll(sight: Sight): Promise<void> {
    await Promise.all(this.widths.map((width) => this.takeOn(width, sight)));
  }

  /**
   * Writes what is on the screen as WebP, which is a third of what the same is as PNG.
   *
   * @returns its bytes; 0 where it could not be taken
   */
  async takeSmall(sight: Sight, width: number, height: number): Promise<number> {
    let bytes = 0;
    await this.visit(width, sight, async (page) => {
      await page.setViewportSize({ width, height });
      await drawn(page);
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

  private async takeOn(width: number, sight: Sight): Promise<void> {
    await this.visit(width, sight, async (page) => {
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme });
        // What stays in sight while one scrolls is where it belongs in a picture of all.
        if (sight.isOfScreen !== true) await page.evaluate('window.scrollTo(0, 0)');
        await drawn(page);
        const height = await page.evaluate<number>('document.documentElement.scrollHeight');
        await page.screenshot({
          path: join(this.folder, `${sight.name}-${width}-${colorScheme}.png`),
          animations: 'disabled',
          ...(sight.isOfScreen !== true && {
            fullPage: true,
            clip: { x: 0, y: 0, width, height: Math.min(height, MAX_HEIGHT) },
          }),
        });
      }
    });
  }

  private async visit(width: number, sight: Sight, shoot: (page: Page) => Promise<void>): Promise<void> {
    const tell = (error: unknown): void => {
      this.faults.push(`${sight.name}-${width}: ${(error as Error).message.split('\n')[0]}`);
    };
    let page: Page | undefined;
    try {
      await mkdir(this.folder, { recursive: true });
      page = await (await this.screen(width)).newPage();
      page.on('pageerror', tell);
      await within(
        SIGHT_MS,
        sight.reach(page).then(() => shoot(page!)),
      );
    } catch (error) {
      tell(error);
    } finally {
      await page?.close().catch(tell);
    }
  }

  /** One browser profile a width: what it has loaded of the page is not loaded again for each sight. */
  private screen(width: number): Promise<BrowserContext> {
    const known = this.screens.get(width);
    if (known) return known;
    const isNarrow = width <= MOST_NARROW_WIDTH;
    const made = this.browser.newContext({
      baseURL: this.baseUrl,
      viewport: { width, height: isNarrow ? NARROW_HEIGHT : WIDE_HEIGHT },
      hasTouch: isNarrow,
      isMobile: isNarrow,
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
    });
    void made.then((context) => context.setDefaultTimeout(PATIENCE_MS));
    this.screens.set(width, made);
    return made;
  }
}

/** Resolves once nothing of the view is being loaded any more, and it hears of changes. */
export async function settled(page: Page): Promise<void> {
  await page.locator('#connection[data-state="connected"]').waitFor({ state: 'attached' });
  await loaded(page);
}

/** Resolves once nothing of the view is being loaded any more. */
export async function loaded(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor({ state: 'attached' });
  await eventually(
    async () => {
      if ((await page.locator(BUSY).count()) > 0) throw new Error(`${page.url()} is still busy`);
    },
    { timeoutMs: PATIENCE_MS },
  );
}

/** Resolves once the page has drawn what it was told last. */
async function drawn(page: Page): Promise<void> {
  await page.evaluate(
    'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))))',
  );
}

async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
