import { el } from '../../kit/dom.js';

const MOST = 999_999_999;

/**
 * A field for things of which there are few, by how many are available.
 *
 * @param {URLSearchParams} query of the list that is shown
 * @param {(query: URLSearchParams) => void} changed
 */
export function belowForm(query, changed) {
  const field = el('input', {
    type: 'number',
    min: '1',
    max: String(MOST),
    step: '1',
    inputmode: 'numeric',
    placeholder: 'any',
    class: 'stock-below-field',
  });
  field.value = query.get('below') ?? '';
  const form = el('form', { class: 'stock-below' }, el('label', {}, 'Fewer than ', field));
  const tell = () => {
    if (!form.reportValidity()) return;
    const next = new URLSearchParams(query);
    if (field.value === '') next.delete('below');
    else next.set('below', String(Number(field.value)));
    if (next.toString() !== query.toString()) changed(next);
  };
  form.addEventListener('submit', (event) => event.preventDefault());
  // Enter changes the field first and then submits the form, which has to be there for that.
  field.addEventListener('change', () => setTimeout(tell));
  return form;
}
