/** How far down the reader was in the entries that they left by the browser's buttons. @type {Map<string, number>} by entry */
const leftAt = new Map();
/** The entry that is shown. */
let shown = '';

/** The browser is at another entry of its history, or at a new one: it is the one that is shown from now on. */
export function enterEntry() {
  shown = history.state?.entry ?? String(Math.random());
  const scrollY = leftAt.get(shown) ?? history.state?.scrollY;
  history.replaceState({ entry: shown, scrollY }, '');
}

/** The browser is at another entry already, and the one that is still shown cannot be written to any more. */
export function leaveEntry() {
  leftAt.set(shown, window.scrollY);
}

/** Before the entry that is shown is left by a link, or the page is. */
export function rememberScroll() {
  leftAt.delete(shown);
  history.replaceState({ entry: shown, scrollY: window.scrollY }, '');
}

/** How far down the reader was in the entry that is shown. */
export function rememberedScroll() {
  return Number(history.state?.scrollY ?? 0);
}
