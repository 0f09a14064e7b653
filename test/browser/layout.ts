import type { Page } from 'playwright-core';

const PHONE = { width: 320, height: 640 };
const WALL = { width: 2560, height: 1440 };
/** A line of more than some hundred characters is one that the eye loses; in the size of the page's type, which is larger on a wall. */
const MOST_LINE_REM = 50;
/** Of a wall screen: what is shown is not a strip in the middle of it. */
const LEAST_USED_PIXELS = 1_500;
/** What is over by then nobody sees move. */
const MOST_MOTION_MS = 50;

/** What does not fit the smallest screen, or leaves the largest one unused or hard to read. */
export async function sizeFaults(page: Page): Promise<string[]> {
  await resize(page, PHONE);
  const sideways = await wider(page);
  await resize(page, WALL);
  const [used, lines] = [await usedPixels(page), await longLines(page)];
  return [
    ...sideways.map((what) => `320 pixels: ${what}`),
    ...(used < LEAST_USED_PIXELS ? [`2560 pixels: ${used} of them are used`] : []),
    ...lines.map((what) => `2560 pixels: ${what}`),
  ];
}

/** Charts follow the window a frame later. */
export async function resize(page: Page, size: { width: number; height: number }): Promise<void> {
  await page.setViewportSize(size);
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

/** What is wider than the window, and would have to be scrolled sideways to be seen; none where nothing has to. */
export function wider(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const widest = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > clientWidth + 1);
    return [scrollWidth + ' pixels wide: ' + widest.slice(0, 3).map((one) => one.outerHTML.slice(0, 120)).join(' ')];
  })()`);
}

function usedPixels(page: Page): Promise<number> {
  return page.evaluate<number>(`document.querySelector('main').getBoundingClientRect().width`);
}

/** Texts of several lines that are longer than one likes to read. A text that is laid out by itself, such as JSON, is not read so. */
function longLines(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const found = [];
    const most = ${MOST_LINE_REM} * parseFloat(getComputedStyle(document.documentElement).fontSize);
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.data.trim() === '' || node.parentElement.closest('pre, textarea, .visually-hidden, [hidden]')) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const lines = [...range.getClientRects()].filter(({ width }) => width > 0);
      if (lines.length > 1 && lines.some(({ width }) => width > most))
        found.push(Math.round(Math.max(...lines.map(({ width }) => width))) + ' pixels: ' + node.data.slice(0, 60));
    }
    return found;
  })()`);
}

/** What moves for longer than a moment, by its styles. To be asked of a reader who wants little to move. */
export function motions(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const msOf = (times) => Math.max(...times.split(',').map((one) => parseFloat(one) * (one.includes('ms') ? 1 : 1000)));
    const found = [];
    for (const one of document.querySelectorAll('*')) {
      for (const pseudo of [undefined, '::before', '::after']) {
        const style = getComputedStyle(one, pseudo);
        const moves = style.animationName !== 'none' && msOf(style.animationDuration) > ${MOST_MOTION_MS};
        if (moves || msOf(style.transitionDuration) > ${MOST_MOTION_MS} || style.scrollBehavior === 'smooth')
          found.push(one.outerHTML.slice(0, 120));
      }
    }
    return found;
  })()`);
}

/** Pairs of texts of which one is drawn over the other, by the boxes of their lines. */
export function overlaps(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const lines = [];
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (node.data.trim() === '' || element.closest('.visually-hidden, [hidden], thead')) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const clips = [];
      for (let one = element; one; one = one.parentElement) {
        if (getComputedStyle(one).overflowX !== 'visible') clips.push(one.getBoundingClientRect());
      }
      for (const rect of range.getClientRects()) {
        const box = { left: rect.left, right: rect.right, top: rect.top + 2, bottom: rect.bottom - 2 };
        for (const clip of clips) {
          box.left = Math.max(box.left, clip.left);
          box.right = Math.min(box.right, clip.right);
          box.top = Math.max(box.top, clip.top);
          box.bottom = Math.min(box.bottom, clip.bottom);
        }
        if (box.right - box.left > 1 && box.bottom - box.top > 1) lines.push({ ...box, element, text: node.data.slice(0, 30) });
      }
    }
    const found = [];
    for (const [index, one] of lines.entries()) {
      for (const other of lines.slice(index + 1)) {
        if (one.element === other.element) continue;
        const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
        if (width > 1 && height > 1) found.push(one.text + ' | ' + other.text);
      }
    }
    return found;
  })()`);
}
