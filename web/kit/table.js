import { el } from './dom.js';

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} name its heading
 * @property {(row: Row) => Node | string | (Node | string | null)[] | null} cell
 * @property {boolean} [isNumber] stands at the end of its column
 * @property {boolean} [isHeading] names its row; one column at most
 * @property {string} [kind] a class of its cells
 */

/**
 * A table in a box that scrolls where it is wider than its place.
 *
 * @template Row
 * @param {object} options
 * @param {string} options.label names the table
 * @param {readonly Column<Row>[]} options.columns
 * @param {readonly Row[]} options.rows
 * @param {string} [options.kind] a class of the table
 * @param {boolean} [options.isOfRows] its rows are those that `j` and `k` go to
 * @param {HTMLTableRowElement[]} [options.foot]
 * @returns {{ box: HTMLElement, body: HTMLTableSectionElement }}
 */
export function table({ label, columns, rows, kind, isOfRows, foot }) {
  const head = columns.map(({ name, isNumber, kind: cellKind }) =>
    el('th', { scope: 'col', role: 'columnheader', class: classOf(isNumber, cellKind) }, name),
  );
  const body = el('tbody', { role: 'rowgroup' }, ...rows.map((row) => tableRow(columns, row, isOfRows)));
  // The roles repeat what the tags say: on narrow screens a view may lay rows out as blocks, and a table that is not laid
  // out as one is otherwise no longer read as one.
  const whole = el(
    'table',
    { class: kind ? `table ${kind}` : 'table', role: 'table', 'aria-label': label },
    el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...head)),
    body,
    foot && el('tfoot', { role: 'rowgroup' }, ...foot),
  );
  // A box that may scroll has to be reached by the keyboard.
  return {
    box: el('div', { class: 'table-box', role: 'group', 'aria-label': label, tabindex: '0' }, whole),
    body,
  };
}

/**
 * @template Row
 * @param {readonly Column<Row>[]} columns
 * @param {Row} row
 * @param {boolean} [isOfRows]
 */
export function tableRow(columns, row, isOfRows = false) {
  return el(
    'tr',
    { role: 'row', 'data-row': isOfRows },
    ...columns.map(({ name, cell, isNumber, isHeading, kind }) => {
      const content = cell(row);
      const children = Array.isArray(content) ? content : [content];
      return el(
        isHeading ? 'th' : 'td',
        {
          scope: isHeading ? 'row' : undefined,
          role: isHeading ? 'rowheader' : 'cell',
          class: classOf(isNumber, kind),
          'data-column': name,
        },
        ...children,
      );
    }),
  );
}

/**
 * @param {boolean | undefined} isNumber
 * @param {string | undefined} kind
 */
function classOf(isNumber, kind) {
  return [isNumber ? 'number' : '', kind ?? ''].filter(Boolean).join(' ') || undefined;
}
