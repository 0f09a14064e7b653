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
    ['+972 (0)52-1234567', '+972521234567'],
    ['+972 (0) 52 123 45 67', '052-123-4567'],
    ['00972 (0)52/1234567', '+972521234567'],
    ['+972 052 1234567', '+972521234567'],
    ['+44 (0) 20 7946 0958', '+442079460958'],
    ['+44（０）20 7946 0958', '+442079460958'],
    ['020 7946 0958', '+44 (0) 20 7946 0958'],
    ['+442079460958', '+44 (0) 20 7946 0958'],
    ['tel:+44(0)2079460958', '+44 20 7946 0958'],
    ['052.123.45.67', '+972521234567'],
    ['052·123/45–67', '+972521234567'],
    ['\u00a0+972\u202f52\u00a0123\u20114567\u00a0', '+972521234567'],
    ['٠٥٢١٢٣٤٥٦٧', '+972521234567'],
    ['۰۵۲-۱۲۳۴۵۶۷', '+972521234567'],
    ['०५२ १२३ ४५६७', '+972521234567'],
    ['+972521234567', '٠٥٢-١٢٣٤٥٦٧'],
    ['\u202a+972 (0)52-123\u200b-4567\u202c', '+972521234567'],
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
    ['「Anna Maria Levi」'],
    ['＂Anna Maria Levi＂'],
    ['‛Anna Maria Levi′'],
    ['„Anna Maria Levi‟'],
    ['〝Anna\u3000Maria\u2028Levi〞'],
  ])('may be pasted with what was around it: %j', (pasted) => {
    expect(match(pasted)).toEqual(exact('name'));
  });

  it.each<[string, Match]>([
    ['"B563FEB7B2B84B6TEST"\r\n', exact('order_uid')],
    ['\tb563feb7\n', begun('order_uid')],
    ['b563feb7\r\nb2b84b6test', exact('order_uid')],
    ['\ufeffB563\u00adFEB7\u2060', begun('order_uid')],
    ['ｂ５６３ＦＥＢ７', begun('order_uid')],
    ['wbilm test track-2', exact('track_number')],
    ['other-\ncarrier-7', exact('track_number')],
    ['’WBILMTESTTRACK‘;', exact('track_number')],
    ['Anna Levi <anna.levi@example.com>', exact('email')],
    ['<mailto:Anna.Levi@Example.com>', exact('email')],
  ])('may be an id, a number or an address that was pasted: %j', (pasted, expected) => {
    expect(match(pasted)).toEqual(expected);
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
