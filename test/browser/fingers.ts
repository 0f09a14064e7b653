import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** More than anything on a view is away from what is before it. */
const MOST_TABS = 60;

/** Those of a person who has no mouse: they know where the focus is, by what is read out to them. */
export class Fingers {
  constructor(private readonly page: Page) {}

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.insertText(text);
  }

  /** In the place of what a field holds. */
  async retype(text: string): Promise<void> {
    await this.press('Control+a');
    await this.type(text);
  }

  /** `button Confirm` */
  focus(): Promise<string> {
    return this.page.evaluate<string>(FOCUS);
  }

  /** The focus is there, by itself. */
  async at(focus: string | RegExp): Promise<void> {
    if (typeof focus === 'string') await expect.poll(() => this.focus()).toBe(focus);
    else await expect.poll(() => this.focus()).toMatch(focus);
  }

  /** Goes on by Tab until the focus is there. Wherever it stops on the way is seen. */
  async tabTo(focus: string | RegExp): Promise<void> {
    const stops: string[] = [];
    while (stops.length < MOST_TABS) {
      await this.press('Tab');
      const stop = await this.focus();
      stops.push(stop);
      if (stop !== NOTHING) expect(await this.page.evaluate<boolean>(IS_FOCUS_SEEN), stop).toBe(true);
      if (typeof focus === 'string' ? stop === focus : focus.test(stop)) return;
    }
    throw new Error(`no Tab leads to ${String(focus)}, but to ${stops.join(', ')}`);
  }

  /** @returns where Tab leads to from here, so many times; not the browser's own, which come after the last and before the first */
  async stops(tabs: number): Promise<string[]> {
    const stops: string[] = [];
    for (let n = 0; n < tabs; n += 1) {
      await this.press('Tab');
      stops.push(await this.focus());
    }
    return stops.filter((stop) => stop !== NOTHING);
  }
}

const NOTHING = 'nothing';

const FOCUS = `(() => {
  const KINDS = { A: 'link', BUTTON: 'button', INPUT: 'field', TEXTAREA: 'field', SELECT: 'field', SUMMARY: 'summary', H1: 'heading', H2: 'heading', MAIN: 'main' };
  const one = document.activeElement;
  if (one === null || one === document.body) return 'nothing';
  const label = one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? (one.localName === 'main' ? '' : one.textContent);
  return ((KINDS[one.tagName] ?? one.localName) + ' ' + label.replaceAll(/\\s+/g, ' ').trim()).trim();
})()`;

/** It has an outline, and is in sight, below what stays at the top. The parts of a date show by themselves which of them has it. */
const IS_FOCUS_SEEN = `(() => {
  const one = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  const { top, bottom } = one.getBoundingClientRect();
  const head = document.querySelector('.masthead');
  const isBelowHead = one.closest('.masthead, .skip-link, dialog') !== null || bottom > head.getBoundingClientRect().bottom;
  const isOutlined = one.type === 'date' || (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2);
  return isOutlined && top < innerHeight && bottom > 0 && isBelowHead;
})()`;
