// Package phone turns the phone cell of a contact list into an E.164 number,
// or into exactly one reason why it does not.
//
//	cell → clean → split → written → readings → one valid number, or a Reason
//
// It is pure: no I/O, no clock, no state but tables built once. Normalize is
// safe for concurrent use and never panics, whatever the bytes.
//
// # The promise
//
// The worst an importer can do is to reach another person. So a number comes
// out only if it has exactly the digits of the cell, in their order, apart
// from these, which are taken off knowingly:
//
//   - an international prefix: 00 anywhere, and the region's own (011 in
//     North America, 010 in Japan, 8~10 in Russia …);
//   - the trunk prefix of the numbering plan (0 in most of the world, 8 in
//     Russia, 06 in Hungary), also between the calling code and the number
//     ("+44 0…", "+44 (0)…"), and a carrier code dialled with it where the
//     metadata of libphonenumber lists it (Brazil "0 15 …", Colombia "05 …");
//   - the decimals of a spreadsheet (".0");
//   - Argentina alone writes one number in two ways: "11 15 2345-6789" at home
//     is "+54 9 11 2345-6789" abroad. The 15 goes and the 9 comes, as the
//     metadata's transform rule says.
//
// Nothing is ever added that would make the number longer: the seven digits
// that are enough to dial inside Antigua or Jersey are phone_too_short here.
// No letter becomes a digit. The library is given a calling code and a national
// number and is asked only whether that number exists; its lenient parser,
// which reads 1112205552637 as a number of Ohio, is not used at all.
//
// # Readings
//
// A cell that begins with + holds its calling code; the region does not matter,
// and a region cell that nobody understands is then no fault. Without + there
// can be several readings: a national number of the region, the region's
// calling code written without +, an international prefix. If exactly one number
// is valid, it is taken. If two are, and differ, the row is phone_ambiguous.
// Other countries' calling codes without + are not considered: nearly every
// number of one country is also a number of another.
//
// Without + and without a region the row is phone_no_region; a country is never
// assumed. 00 alone counts as + even then: it is the prefix that the ITU
// recommends, and no country has national numbers that begin so.
//
// # Agreement
//
// What a valid number is, and what its E.164 form, is what Google's
// libphonenumber says. A table of some 63,000 cells of all regions, with its word
// on each, is in testdata; every cell that becomes something else here is listed
// there in disagreements.tsv, under the rule that explains it.
//
// # What the text of the reasons leaves open
//
//   - Short and emergency numbers (911, 112, 116117) are phone_too_short.
//   - A local number without its area code is phone_too_short.
//   - Two numbers in one cell are phone_multiple, unless both are the same
//     number: then there is only one to reach, and it is taken.
//   - "030/123456" is one number: a slash after at most six national digits
//     separates an area code, and so are "0470/12/34/56" and others whose groups
//     between slashes have four digits at most, if together they are a number.
//     Any other slash separates two numbers.
//   - Mexico's old mobile token ("+52 1 55 …") has not been part of the numbers
//     since 2019, and libphonenumber does not know it any more: phone_too_long.
//   - More digits than E.164 allows (15) are phone_too_long, fewer than 7 with
//     the calling code phone_too_short, even where a plan would permit them.
//   - More than 250 characters between the first and the last digit or letter
//     are phone_not_a_number; the length of the cell itself is not limited.
package phone
