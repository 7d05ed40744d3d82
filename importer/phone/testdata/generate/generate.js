// Writes ../cells.tsv.gz, the table of cells that the tests of package phone
// compare with Google's libphonenumber. See README.md. The same libraries give
// the same bytes: nothing here depends on time, order of keys or chance.
'use strict';

const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
const lib = require('google-libphonenumber');
const version = require('google-libphonenumber/package.json').version;

const util = lib.PhoneNumberUtil.getInstance();
const { PhoneNumberFormat: Format, PhoneNumberType: Type, PhoneNumber } = lib;
const Length = { possible: 0, badCode: 1, tooShort: 2, tooLong: 3, localOnly: 4, badLength: 5 };

// ---- The oracle ------------------------------------------------------------

// oracle is what Google's library makes of a cell: E.164 if it parses it to a
// valid number, else "".
function oracle(cell, region) {
  try {
    const n = util.parse(cell, region || 'ZZ');
    return util.isValidNumber(n) ? util.format(n, Format.E164) : '';
  } catch (e) {
    return '';
  }
}

// literal builds a number of exactly these digits, so that no lenient parsing
// has a say.
function literal(code, nsn) {
  const n = new PhoneNumber();
  n.setCountryCode(code);
  n.setNationalNumber(Number(nsn));
  const zeros = /^0*/.exec(nsn)[0].length;
  if (zeros > 0) {
    n.setItalianLeadingZero(true);
    n.setNumberOfLeadingZeros(Math.min(zeros, nsn.length - 1));
  }
  return n;
}

// verdict is what must become of the international number +code nsn as it
// stands, with ITU-T E.164's limits of 7 to 15 digits above the library.
function verdict(code, nsn) {
  const digits = String(code) + nsn;
  if (digits.length > 15) return 'phone_too_long';
  if (digits.length < 7) return 'phone_too_short';
  const n = literal(code, nsn);
  if (util.isValidNumber(n)) return '+' + digits;
  switch (util.isPossibleNumberWithReason(n)) {
    case Length.tooShort:
    case Length.localOnly:
      return 'phone_too_short';
    case Length.tooLong:
      return 'phone_too_long';
  }
  return 'phone_invalid';
}

// ---- The numbers -----------------------------------------------------------

const kinds = ['FIXED_LINE', 'MOBILE', 'TOLL_FREE', 'PREMIUM_RATE', 'SHARED_COST', 'VOIP', 'PERSONAL_NUMBER', 'PAGER', 'UAN', 'VOICEMAIL'];

// examples are the example numbers of the metadata, one for each region and
// type and for each calling code of no country, each number once.
function examples() {
  const all = [];
  const seen = new Set();
  const add = (region, n) => {
    if (!n) return;
    const e164 = util.format(n, Format.E164);
    if (seen.has(region + e164)) return;
    seen.add(region + e164);
    all.push({ region, n, e164, code: n.getCountryCode(), nsn: util.getNationalSignificantNumber(n) });
  };
  for (const region of util.getSupportedRegions().sort()) {
    for (const kind of kinds) add(region, util.getExampleNumberForType(region, Type[kind]));
  }
  for (const code of util.getSupportedGlobalNetworkCallingCodes().sort((a, b) => a - b)) {
    add('', util.getExampleNumberForNonGeoEntity(code));
  }
  return all;
}

// chance is a linear congruential generator (Knuth's MMIX constants): digits to
// change, the same on every machine.
let state = 20240501n;
function chance(below) {
  state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
  return Number((state >> 33n) % BigInt(below));
}

// ---- The writings: formats that people and programs give a number ----------

const spaced = (s, by) => s.replace(/[ -]/g, by);
const everyTwo = (s) => s.replace(/(..)(?=.)/g, '$1 ');

// trunkOf is the trunk prefix that the library itself writes before a national
// number; "" where it writes none.
function trunkOf(e) {
  const national = util.format(e.n, Format.NATIONAL).replace(/\D/g, '');
  return national.endsWith(e.nsn) ? national.slice(0, national.length - e.nsn.length) : '';
}

// writings returns [name, cell, region] for each format.
function writings(e, other) {
  const international = util.format(e.n, Format.INTERNATIONAL);
  const all = [
    ['e164', e.e164, ''],
    ['e164 in another region', e.e164, other],
    ['international', international, ''],
    ['international, hyphens', spaced(international, '-'), ''],
    ['international, dots', spaced(international, '.'), ''],
    ['international, pairs', '+' + e.code + ' ' + everyTwo(e.nsn), ''],
    ['international, area in brackets', international.replace(/^(\+\d+) (\d+)([ -])/, '$1 ($2)$3'), ''],
    ['rfc3966', util.format(e.n, Format.RFC3966), ''],
    ['00', '00' + e.e164.slice(1), ''],
    ['00, spaces', international.replace('+', '00 '), e.region],
  ];
  if (e.region === '') return all;
  const national = util.format(e.n, Format.NATIONAL);
  const trunk = trunkOf(e);
  all.push(
    ['from abroad', util.formatOutOfCountryCallingNumber(e.n, other), other],
    ['national', national, e.region],
    ['national, no separators', national.replace(/[ ()\-\/]/g, ''), e.region],
    ['national, dots', spaced(national, '.'), e.region],
    ['national, slashes', spaced(national, '/'), e.region],
    ['national, calling code as region', national, '+' + e.code],
    ['significant', e.nsn, e.region],
    ['significant, pairs', everyTwo(e.nsn), e.region],
    ['code without plus', e.e164.slice(1), e.region],
    ['code without plus, international', international.slice(1), e.region],
  );
  if (trunk === '0' || trunk === '') {
    all.push(['trunk zero in brackets', '+' + e.code + ' (0)' + e.nsn, '']);
  }
  if (trunk !== '') {
    all.push(['trunk prefix kept', '+' + e.code + ' ' + trunk + e.nsn, '']);
  }
  return all;
}

// ---- Dirt: what stands around and inside good cells in real files ----------

const wrap = (before, after) => (cell) => before + cell + after;
const swap = (from, to) => (cell) => cell.split(from).join(to);
const script = (zero) => (cell) => cell.replace(/\d/g, (d) => String.fromCodePoint(zero + Number(d)));
const inside = (mark) => (cell) => cell.slice(0, Math.ceil(cell.length / 2)) + mark + cell.slice(Math.ceil(cell.length / 2));

const dirt = {
  'formula': wrap('="', '"'),
  'apostrophe': wrap("'", ''),
  'apostrophes': wrap("'", "'"),
  'quotes': wrap('"', '"'),
  'guillemets': wrap('\u00ab', '\u00bb'),
  'angle brackets': wrap('<', '>'),
  'square brackets': wrap('[', ']'),
  'spaces': wrap('  ', ' '),
  'no-break spaces around': wrap('\u00a0', '\u00a0'),
  'no-break spaces inside': swap(' ', '\u00a0'),
  'narrow spaces inside': swap(' ', '\u202f'),
  'ideographic spaces inside': swap(' ', '\u3000'),
  'tabs inside': swap(' ', '\t'),
  'line end': wrap('', '\r\n'),
  'semicolon': wrap('', ';'),
  'comma': wrap('', ','),
  'full stop': wrap('', '.'),
  'exclamation mark': wrap('', '!'),
  'colon': wrap('', ':'),
  'bar': wrap('', '|'),
  'ellipsis': wrap('', '\u2026'),
  'ideographic comma': wrap('', '\u3001'),
  'middle dot': wrap('', '\u00b7'),
  'NUL': wrap('', '\0'),
  'label': wrap('Tel.: ', ''),
  'label mobile': wrap('Mobile: ', ''),
  'label Cyrillic': wrap('\u0442\u0435\u043b. ', ''),
  'label CJK': wrap('\u96fb\u8a71\uff1a', ''),
  'telephone sign': wrap('\u260e\ufe0f ', ''),
  'mobile sign': wrap('\u{1f4f1}', ''),
  'left-to-right mark': wrap('\u200e', '\u200e'),
  'right-to-left mark': wrap('', '\u200f'),
  'embedding': wrap('\u202a', '\u202c'),
  'isolate': wrap('\u2066', '\u2069'),
  'isolate inside': inside('\u2068'),
  'zero-width space': wrap('', '\u200b'),
  'zero-width space inside': inside('\u200b'),
  'zero-width joiner inside': inside('\u200d'),
  'word joiner inside': inside('\u2060'),
  'soft hyphen inside': inside('\u00ad'),
  'byte order mark': wrap('\ufeff', ''),
  'full width': (cell) => script(0xff10)(cell).replace('+', '\uff0b'),
  'Arabic-Indic': script(0x0660),
  'Persian': script(0x06f0),
  'Devanagari': script(0x0966),
  'Bengali': script(0x09e6),
  'Thai': script(0x0e50),
  'Myanmar': script(0x1040),
  'mathematical': script(0x1d7d8),
  'en dashes': swap('-', '\u2013'),
  'no-break hyphens': swap('-', '\u2011'),
  'minus signs': swap('-', '\u2212'),
  'two pluses': (cell) => cell.replace('+', '++'),
  'plus apart': (cell) => cell.replace('+', '+ '),
  'plus in brackets': (cell) => cell.replace(/\+(\d+)/, '(+$1)'),
  'plus and 00': (cell) => cell.replace('+', '+00'),
  'decimal': (cell) => (/^\+?\d+$/.test(cell) ? cell + '.0' : cell),
  'decimals': (cell) => (/^\+?\d+$/.test(cell) ? cell + '.00' : cell),
  'wa.me': (cell) => (/^\+\d+$/.test(cell) ? 'https://wa.me/' + cell.slice(1) : cell),
  'callto': (cell) => (/^\+/.test(cell) ? 'callto:' + cell.replace(/ /g, '') : cell),
};

// ---- Damage: cells that hold no number, or not one, and the reason ---------

const keypad = (digits) => digits.replace(/\d/g, (d) => 'OIADGJMPTW'[d]);

// exponent is the number as a spreadsheet shows it in a narrow column.
function exponent(digits, point) {
  return digits[0] + point + digits.slice(1, 3) + 'E+' + String(digits.length - 1).padStart(2, '0');
}

// damages returns [name, cell, region, reason]; the reason is by construction,
// or, where a digit was lost or gained, by the library's word on the digits
// that are left.
function damages(e, next) {
  const plain = e.e164.slice(1);
  const plus = '+' + e.code + ' ' + e.nsn;
  const cut = e.nsn.slice(0, -1);
  const all = [
    ['exponent', exponent(plain, '.'), e.region, 'phone_scientific_notation'],
    ['exponent, comma', exponent(plain, ',').toLowerCase(), '', 'phone_scientific_notation'],
    ['vanity', e.e164.slice(0, -4) + keypad(e.e164.slice(-4)), '', 'phone_not_a_number'],
    ['letter O', e.e164.slice(0, -2) + 'O' + e.e164.slice(-1), '', 'phone_not_a_number'],
    ['letters inside', e.e164.slice(0, -3) + 'abc' + e.e164.slice(-3), '', 'phone_not_a_number'],
    ['word behind', e.e164 + ' at work', '', 'phone_not_a_number'],
    ['name before', 'Maria ' + e.e164, '', 'phone_not_a_number'],
    ['placeholder digits', e.e164.slice(0, -4) + 'XXXX', '', 'phone_not_a_number'],
    ['fraction', plain + '.5', e.region, 'phone_not_a_number'],
    ['extension x', plus + ' x123', '', 'phone_extension'],
    ['extension ext.', plus + ' ext. 12', '', 'phone_extension'],
    ['extension ;ext=', 'tel:' + e.e164 + ';ext=5', '', 'phone_extension'],
    ['extension #', e.e164 + '#12', '', 'phone_extension'],
    ['two, slash', plus + ' / ' + next.e164, '', 'phone_multiple'],
    ['two, semicolon', e.e164 + ';' + next.e164, '', 'phone_multiple'],
    ['two, comma', e.e164 + ', ' + next.e164, '', 'phone_multiple'],
    ['two, or', plus + ' or ' + next.e164, '', 'phone_multiple'],
    ['two, Google', e.e164 + ' ::: ' + next.e164, '', 'phone_multiple'],
    ['two, line break', e.e164 + '\n' + next.e164, '', 'phone_multiple'],
    ['one digit short', '+' + e.code + cut, '', verdict(e.code, cut)],
    ['one digit long', e.e164 + '7', '', verdict(e.code, e.nsn + '7')],
    ['far too long', e.e164 + '12345678901', '', 'phone_too_long'],
    ['far too short', '+' + e.code + e.nsn.slice(0, 2), '', 'phone_too_short'],
  ];
  if (e.region !== '') {
    const zeros = e.nsn.startsWith('00'); // 00 says: international
    if (!zeros && e.nsn.length > 3) all.push(['no region', e.nsn, '', 'phone_no_region']);
    if (!zeros) all.push(['unknown region', e.nsn, 'Atlantis', 'phone_unknown_region']);
  }
  return all;
}

// sayings are cells that are the same for all numbers: [cell, region, reason].
function sayings() {
  const missing = ['', ' ', '\u00a0', '-', '--', '\u2014', '?', '.', 'N/A', 'n/a', 'NA', '#N/A', 'n.a.', 'null', 'NULL', '(null)', 'None', 'none',
    'nil', 'NaN', 'undefined', '0', '00', '0.0', '000-000-0000', '+', 'unknown', 'Unknown', 'tbd', 'TBC', 'no phone', 'not provided', 'xxx',
    'k.A.', 'keine', 'unbekannt', 'inconnu', 'aucun', 'desconocido', 'ninguno', 'no tiene', 'nenhum', 'n\u00e3o tem', 'nessuno', 'geen', 'brak',
    '\u043d\u0435\u0442', '\u043d\u0435\u0438\u0437\u0432\u0435\u0441\u0442\u043d\u043e', '\u306a\u3057', '\u65e0', '\uc5c6\uc74c', 'yok', '=""', "'", '#REF!', '#VALUE!'];
  const none = ['Maria', 'maria@example.org', '24.12.2025', '12/24/2025', '2025-12-24', 'see notes', 'call her', 'https://example.org/contact', '1-800-FLOWERS'];
  const all = [];
  for (const region of ['', 'US', 'DE', 'IN', 'BR', 'GB', 'JP']) {
    for (const cell of missing) all.push([cell, region, 'phone_missing']);
    for (const cell of none) all.push([cell, region, 'phone_not_a_number']);
  }
  for (const region of util.getSupportedRegions().sort()) {
    for (const cell of ['112', '911']) all.push([cell, region, 'phone_too_short']);
  }
  return all;
}

// ---- The table -------------------------------------------------------------

const rows = [];
const known = new Set(); // cells that the table has, with their region
const quote = (s) => JSON.stringify(s).slice(1, -1).replace(/[\u007f-\uffff]/g, (c) => (/[\u00a1-\u024f]/.test(c) ? c : '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0')));

// add writes one cell: what must become of it, and the library's answer, "=" if
// that is the same.
function add(group, name, cell, region, want) {
  if (known.has(region + '\t' + cell)) return;
  known.add(region + '\t' + cell);
  const code = /^\+(\d+)$/.exec(region); // the library takes no calling code for a region
  const answer = oracle(cell, code ? util.getRegionCodeForCountryCode(Number(code[1])) : region) || '-';
  rows.push([group, name, region, quote(cell), want, answer === want ? '=' : answer].join('\t'));
}

function addExample(e, i, all) {
  const other = ['US', 'FR', 'JP', 'BR', 'RU', 'AU'].filter((r) => r !== e.region)[i % 5];
  const forms = writings(e, other);
  for (const [name, cell, region] of forms) add('writing', name, cell, region, e.e164);
  // A third of the kinds of dirt, each on the next writing in turn that it
  // changes.
  let turn = i;
  for (const [k, [name, soil]] of Object.entries(dirt).entries()) {
    if ((i + k) % 3 !== 0) continue;
    for (let tried = 0; tried < forms.length; tried++, turn++) {
      const [written, cell, region] = forms[turn % forms.length];
      if (soil(cell) === cell) continue;
      add('dirt', name + '; ' + written, soil(cell), region, e.e164);
      turn += 5;
      break;
    }
  }
  addChanged(e);
  for (const [k, [name, cell, region, want]] of damages(e, partner(all, i)).entries()) {
    if ((i + k) % 3 === 0) add('damage', name, cell, region, want);
  }
}

// partner is another example, for cells with two numbers.
function partner(all, i) {
  for (let k = 7; ; k++) {
    const other = all[(i + k) % all.length];
    if (other.e164 !== all[i].e164) return other;
  }
}

// addChanged asks about neighbours of the example: another digit at some places,
// which is or is not a number. The cell is right or wrong by the library's word.
function addChanged(e) {
  for (let k = 0; k < 8; k++) {
    const at = chance(e.nsn.length);
    const nsn = e.nsn.slice(0, at) + chance(10) + e.nsn.slice(at + 1);
    if (nsn === e.nsn || (k % 2 === 1 && e.region === '')) continue;
    if (k % 2 === 0) add('changed', 'digit, e164', '+' + e.code + nsn, '', '?');
    else add('changed', 'digit, significant', nsn, e.region, '?');
  }
  if (e.region === '') return;
  const elsewhere = ['GB', 'IT', 'MX', 'ID', 'NG', 'DE'][chance(6)];
  add('changed', 'another region', e.nsn, elsewhere, '?');
  add('changed', 'code without plus in another region', e.e164.slice(1), elsewhere, '?');
}

function main() {
  const all = examples();
  all.forEach(addExample);
  for (const [cell, region, want] of sayings()) add('damage', 'saying', cell, region, want);
  const head = [
    '# Cells and what must become of them. Written by generate/generate.js; do not edit.',
    `# oracle: npm google-libphonenumber ${version}`,
    '# compared with: github.com/nyaruka/phonenumbers v1.8.1, metadata of libphonenumber 9.0.32-SNAPSHOT',
    `# examples: ${all.length}`,
    '# group\tname\tregion\tcell (JSON)\twant\toracle (= as wanted, - no valid number)',
  ];
  const text = head.concat(rows).join('\n') + '\n';
  const file = path.join(__dirname, '..', 'cells.tsv.gz');
  fs.writeFileSync(file, zlib.gzipSync(text, { level: 9 }));
  console.log(`${rows.length} cells of ${all.length} examples, ${text.length} characters, ${fs.statSync(file).size} bytes`);
}

main();
