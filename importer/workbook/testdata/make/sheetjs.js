// Writes sheetjs.xlsx, whose texts stand in their cells, and sheetjs-shared.xlsx, whose
// cells share them. Needs xlsx 0.18.5.
const XLSX = require('xlsx');

const n = (v, z) => ({ t: 'n', v, ...(z ? { z } : {}) });
const s = (v) => (v === undefined ? null : { t: 's', v });
const rows = [
  ['How', s('Phone'), 'Country', 'Note'],
  ['a number', n(14155552671), 'US'],
  ['a number of 12 digits', n(447900900123), 'GB'],
  ['a number of 15 digits', n(123456789012345), 'US', 'all that a spreadsheet keeps'],
  ['text', s('+4915123456789'), 'DE'],
  ['text with a zero in front', s('0151 23456789'), 'DE', 'Zoë "quoted"'],
  ['a number with zeros by its format', n(7900900123, '00000000000'), 'GB', 'format 00000000000'],
  ['a number with a plus by its format', n(33612345678, '"+"0'), 'FR', 'format "+"0'],
  ['a number shown as 4.48E+11', n(447900900124, '0.00E+00'), 'GB', 'format 0.00E+00'],
  ['a number with separators', n(61412345678, '#,##0'), 'AU', 'format #,##0'],
  ['a formula that gives text', { t: 's', v: '+393331234567', f: '"+"&"393331234567"' }, 'IT'],
  ['a formula that gives a number', { t: 'n', v: 14155552672, f: 'B2+1' }, 'US'],
  ['a date', { t: 'n', v: 45322, z: 'dd/mm/yyyy' }, 'US'],
  ['true', { t: 'b', v: true }, 'US'],
  ['an error', { t: 'e', v: 42 }, 'US'],
  ['text of several formats', s('+34 612 345 678'), 'ES'],
  ['text over two lines', s('+4915123456788'), 'DE', 'one\ntwo'],
  ['nothing', null, 'US'],
];
const sheet = {};
rows.forEach((row, r) => row.forEach((cell, c) => {
  if (cell === null) return;
  sheet[XLSX.utils.encode_cell({ r, c })] = typeof cell === 'string' ? s(cell) : cell;
}));
sheet['!ref'] = 'A1:D' + rows.length;
const book = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(book, sheet, 'Contacts');
XLSX.writeFile(book, process.argv[2] + '/sheetjs.xlsx', { compression: true, bookSST: false });
XLSX.writeFile(book, process.argv[2] + '/sheetjs-shared.xlsx', { compression: true, bookSST: true });
