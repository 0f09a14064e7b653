import { el } from '../../kit/dom.js';

/** @typedef {import('uplot')} Plot */

/** Served from where it was installed to; it is no module that the checks of types can find there. */
const UPLOT = '../../vendor/uplot/uPlot.esm.js';
const HEIGHT = 180;
const FONT_REM = 0.75;
const LEGEND_DIGITS = 1;
/** In the order of the columns. The tokens are of the page's own styles, and dashes tell the lines apart without colour. */
const SERIES = /** @type {const} */ ([
  { label: 'orders in', unit: 'a second', token: '--green-ink', scale: 'y', dash: undefined },
  { label: 'changes out', unit: 'a second', token: '--link', scale: 'y', dash: [6, 3] },
  { label: 'refused events', unit: 'in 5 seconds', token: '--red-ink', scale: 'letters', dash: undefined },
]);

/** Rates of the last minutes as lines, dead letters as bars. What it shows is also said in words: it is a picture to some. */
export class RateChart {
  #canvasBox = el('div', { class: 'chart-box', 'aria-hidden': 'true' });
  #values = SERIES.map(() => el('strong', {}, '–'));
  /** @type {Plot | undefined} */
  #plot;
  /** @type {(number | null)[][]} */
  #columns = [[], [], [], []];

  /** @param {AbortSignal} signal */
  constructor(signal) {
    this.signal = signal;
    const legend = SERIES.map(({ label, unit }, n) =>
      el(
        'li',
        { class: 'legend-line', 'data-series': String(n) },
        el('span', { class: 'legend-mark', 'aria-hidden': 'true' }),
        `${label} `,
        this.#values[n],
        el('span', { class: 'muted' }, ` ${unit}`),
      ),
    );
    this.element = el('div', { class: 'chart' }, el('ul', { class: 'legend' }, ...legend), this.#canvasBox);
    const resized = new ResizeObserver(() => this.#fit());
    resized.observe(this.#canvasBox);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', () => void this.#build(), { signal });
    signal.addEventListener('abort', () => {
      resized.disconnect();
      this.#plot?.destroy();
    });
    this.built = this.#build();
  }

  /** @param {(number | null)[][]} columns moments, and what stands for each of the lines at them */
  show(columns) {
    this.#columns = columns;
    this.#plot?.setData(/** @type {any} */ (columns));
    this.#tellValues();
  }

  async #build() {
    const { default: Plot } = await import(UPLOT);
    if (this.signal.aborted) return;
    this.#plot?.destroy();
    this.#plot = new Plot(this.#options(Plot), this.#columns, this.#canvasBox);
  }

  /**
   * @param {typeof import('uplot')} Plot
   * @returns {import('uplot').Options}
   */
  #options(Plot) {
    const token = (/** @type {string} */ name) =>
      getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const axis = {
      stroke: token('--muted'),
      font: `${FONT_REM * rem}px ${token('--sans')}`,
      grid: { stroke: token('--rule'), width: 1 },
      ticks: { show: false },
    };
    const bars = Plot.paths.bars?.({ size: [0.7, 12], align: -1 });
    return {
      width: this.#width(),
      height: HEIGHT,
      padding: [8, 4, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: {
        x: { range: (_, min, max) => [min ?? 0, max ?? 1] },
        y: { range: (_, __, max) => [0, Math.max(1, (max ?? 0) * 1.1)] },
        letters: { range: (_, __, max) => [0, Math.max(4, (max ?? 0) * 2)] },
      },
      axes: [
        { ...axis, space: 90, size: 28, values: (_, moments) => moments.map(clock) },
        { ...axis, size: 44, values: (_, values) => values.map((value) => value.toLocaleString()) },
        { ...axis, scale: 'letters', side: 1, size: 32, grid: { show: false }, values: wholeNumbers },
      ],
      series: [
        {},
        ...SERIES.map(({ label, token: name, scale, dash }) => ({
          label,
          scale,
          stroke: token(name),
          width: 2,
          dash: dash && [...dash],
          points: { show: false },
          ...(scale === 'letters' && bars ? { paths: bars, fill: token(name), width: 0 } : {}),
        })),
      ],
      hooks: { setCursor: [() => this.#tellValues()] },
    };
  }

  /** Of the moment that the pointer is at, or of the last one. */
  #tellValues() {
    const at = this.#plot?.cursor.idx ?? undefined;
    SERIES.forEach((_, n) => {
      const column = this.#columns[n + 1] ?? [];
      const value = (at === undefined ? column.findLast((one) => one !== null) : column[at]) ?? undefined;
      /** @type {HTMLElement} */ (this.#values[n]).textContent =
        value === undefined ? '–' : value.toLocaleString(undefined, { maximumFractionDigits: LEGEND_DIGITS });
    });
  }

  #fit() {
    const width = this.#width();
    if (this.#plot && this.#plot.width !== width) this.#plot.setSize({ width, height: HEIGHT });
  }

  #width() {
    return Math.max(160, Math.floor(this.#canvasBox.clientWidth));
  }
}

const clockFormat = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** @param {number} seconds since 1970 */
function clock(seconds) {
  return clockFormat.format(seconds * 1_000);
}

/**
 * @param {unknown} _
 * @param {number[]} values
 */
function wholeNumbers(_, values) {
  return values.map((value) => (Number.isInteger(value) ? value.toLocaleString() : ''));
}
