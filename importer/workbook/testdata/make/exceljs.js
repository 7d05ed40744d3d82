// Writes exceljs.xlsx. Needs exceljs 4.4.0.
const ExcelJS = require('exceljs');

async function main() {
  const book = new ExcelJS.Workbook();
  const prices = book.addWorksheet('Prices');
  prices.addRow(['Article', 'Price']);
  prices.addRow(['Shoe', 12]);
  const sheet = book.addWorksheet('Contacts');
  const add = (how, phone, country, note, format) => {
    const row = sheet.addRow([how, phone, country, note]);
    if (format) row.getCell(2).numFmt = format;
  };
  add('How', 'Phone', 'Country', 'Note');
  add('a number', 14155552671, 'US');
  add('a number of 12 digits', 447900900123, 'GB');
  add('a number of 15 digits', 123456789012345, 'US', 'all that a spreadsheet keeps');
  add('text', '+4915123456789', 'DE');
  add('text with a zero in front', '0151 23456789', 'DE', 'Zoë "quoted"');
  add('a number with zeros by its format', 7900900123, 'GB', 'format 00000000000', '00000000000');
  add('a number with a plus by its format', 33612345678, 'FR', 'format "+"0', '"+"0');
  add('a number shown as 4.48E+11', 447900900124, 'GB', 'format 0.00E+00', '0.00E+00');
  add('a number with separators', 61412345678, 'AU', 'format #,##0', '#,##0');
  add('a formula that gives text', { formula: '"+"&"393331234567"', result: '+393331234567' }, 'IT');
  add('a formula that gives a number', { formula: 'B2+1', result: 14155552672 }, 'US');
  add('a date', new Date(Date.UTC(2024, 0, 31)), 'US', undefined, 'dd/mm/yyyy');
  add('true', true, 'US');
  add('an error', { error: '#N/A' }, 'US');
  add('text of several formats', { richText: [{ text: '+34 ', font: { bold: true } }, { text: '612 345 678' }] }, 'ES');
  add('text over two lines', '+4915123456788', 'DE', 'one\ntwo');
  add('nothing', undefined, 'US');
  sheet.getRow(4).hidden = true;
  const old = book.addWorksheet('Old', { state: 'hidden' });
  old.addRow(['Phone']);
  await book.xlsx.writeFile(process.argv[2]);
}

main();
