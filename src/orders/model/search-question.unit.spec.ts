import { describe, expect, it } from 'vitest';
import { type Match, matchOf, questionOf } from './search-question.js';
import { type SearchedTexts, type SearchField, searchTermsOf } from './search-terms.js';

const ORDER: SearchedTexts = {
  order_uid: 'b563feb7b2b84b6test',
  track_number: 'WBILMTESTTRACK',
  item_tracks: ['WBILMTESTTRACK-2', 'Other-Carrier-7'],
  customer_id: 'customer-17',
  email: 'Anna.Levi@Example.com',
  phone: '+7 (972) 000-12-34',
  name: 'Anna Maria Levi',
};

function match(typed: string, texts: Partial<SearchedTexts> = {}): Match | undefined {
  const question = questionOf(typed);
  const found = question && matchOf(question, searchTermsOf({ ...ORDER, ...texts }));
  return found && { field: found.field, isExact: found.isExact };
}

const exact = (field: SearchField): Match => ({ field, isExact: true });
const begun = (field: SearchField): Match => ({ field, isExact: false });

describe('what is typed of an order', () => {
  it.each<[string, Match]>([
    ['b563feb7b2b84b6test', exact('order_uid')],
    ['B563FEB7B2B84B6TEST', exact('order_uid')],
    ['b56', begun('order_uid')],
    ['wbilmtesttrack', exact('track_number')],
    ['WBilm', begun('track_number')],
    ['wbilmtesttrack-2', exact('track_number')],
    ['other-carrier', begun('track_number')],
    ['CUSTOMER-17', exact('customer_id')],
    ['custom', begun('customer_id')],
    ['anna.levi@example.com', exact('email')],
    ['ANNA.LEVI', exact('email')],
    ['anna.le', begun('email')],
    ['anna.levi@exam', begun('email')],
    ['mailto:anna.levi@example.com', exact('email')],
    ['+7 (972) 000-12-34', exact('phone')],
    ['79720001234', exact('phone')],
    ['8 972 000 12 34', exact('phone')],
    ['9720001234', begun('phone')],
    ['000-12-34', begun('phone')],
    ['tel:+79720001234', exact('phone')],
    ['anna maria levi', exact('name')],
    ['LEVI ANNA MARIA', exact('name')],
    ['levi maria anna', exact('name')],
    ['levi', begun('name')],
    ['le ann', begun('name')],
    ['mar lev ann', begun('name')],
  ])('finds it: %s', (typed, expected) => {
    expect(match(typed)).toEqual(expected);
  });

  it.each([
    ['563feb7b2b84b6test'],
    ['ILMTEST'],
    ['levi@example.com'],
    ['00012345'],
    ['01234'],
    ['nna levi'],
    ['anna smith'],
    ['___'],
    ['%%%'],
    ['b56%'],
    ['an_a'],
    ['anna anna'],
  ])('finds nothing by what is not its beginning: %s', (typed) => {
    expect(match(typed)).toBeUndefined();
  });

  it.each<[string, string]>([
    ['00972 54 1234567', '+972541234567'],
    ['972541234567', '00972-54-1234567'],
    ['+972 54 1234567', '054-1234567'],
    ['４９１７１１２３４５６７', '+49 171 1234567'],
    ['+49 171 123 45 67', '0171/1234567'],
    ['+7 972 000 12 34', '89720001234'],
  ])('finds a number however it is spelled: %s of %s', (typed, phone) => {
    expect(match(typed, { phone })?.field).toBe('phone');
  });

  it.each<[string, string]>([
    ['łucja', 'Łucja Wójcik'],
    ['WOJCIK LUCJA', 'Lucja Wójcik'],
    ['смирнова анна', 'Анна Смирнова'],
    ['СМИР', 'Анна Смирнова'],
    ['артемьев', 'Семён Артемьев'],
    ['семен арт', 'Семён Артемьев'],
    ['strasse', 'Karl Straße'],
    ['ΟΔΥΣΣΕΥΣ', 'Οδυσσεύς'],
    ['דוד לוי', 'דוד לוי'],
    ['李小龍', '李小龍'],
    ['शर्मा', 'प्रिया शर्मा'],
    ["o'brien", 'Sean O’Brien'],
    ['obrien sean', "Sean O'Brien"],
    ['maria anna', 'Anna-Maria Levi'],
    ['carmen lópez', 'María del Carmen García López'],
    ['lopez maria', 'María del Carmen García López'],
    ['garcía lopez', 'María del Carmen García López'],
    ['del carmen', 'María del Carmen García López'],
  ])('finds a name of any script: %s of %s', (typed, name) => {
    expect(match(typed, { name })?.field).toBe('name');
  });

  it('tells words of scripts apart that differ by a vowel sign', () => {
    expect(match('किरण', { name: 'करण' })).toBeUndefined();
  });

  it.each([
    [' "anna maria levi" '],
    ['«Anna Maria Levi»'],
    ["'Anna Maria Levi',"],
    ['\r\nAnna\r\n\tMaria   Levi\n'],
    ['“Anna Maria Levi”;'],
    ['\u202aAnna\u200b Maria Levi\u202c\ufeff'],
  ])('may be pasted with what was around it: %j', (pasted) => {
    expect(match(pasted)).toEqual(exact('name'));
  });

  it('takes the quotes off that it is told with', () => {
    expect(questionOf('"b563\n')!.text).toBe('b563');
  });

  it.each([
    [''],
    ['ab'],
    ['"ab"'],
    ['   a   '],
    ['---'],
    ['\0\0\0'],
    ['x'.repeat(201)],
    ['a b '.repeat(5_000)],
  ])('is no question: %j', (typed) => {
    expect(questionOf(typed)).toBeUndefined();
  });

  it('has a term of 128 characters at most, whatever an order holds', () => {
    const long = {
      name: '😀a '.repeat(40_000),
      email: `${'é'.repeat(300)}@example.com`,
      phone: '1'.repeat(255),
    };
    const terms = searchTermsOf({ ...ORDER, ...long });
    for (const term of Object.values(terms).flat()) {
      expect(term.length).toBeLessThanOrEqual(128);
      expect(term.isWellFormed()).toBe(true);
    }
    expect(terms.name.length).toBeLessThanOrEqual(4);
  });

  it('has no terms of what holds nothing', () => {
    const terms = searchTermsOf({ ...ORDER, customer_id: ' ', phone: 'none', name: '---' });
    expect([terms.customer_id, terms.phone, terms.name]).toEqual([[], [], []]);
  });
});
