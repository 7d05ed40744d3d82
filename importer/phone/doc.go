// Package phone turns the phone cell of a contact list into an E.164 number, or
// into exactly one reason why that is not possible.
//
//	cell → clean → split → written → readings → one valid number, or a Reason
//
// The package is pure: no I/O, no clock, no state except tables that are built
// once, and a memory of what region cells mean, which changes no result. Normalize is
// safe for concurrent use and never panics, whatever the bytes.
//
// Most cells take a shorter way: E.164 is recognised as it is (plain), and digits with
// spaces, dashes, dots and brackets between them are written in one pass (simple).
//
// # The promise
//
// The worst error of an importer is to reach another person. So a number is
// accepted only if it has exactly the digits of the cell, in their order, except
// for these, which are removed on purpose:
//
//   - an international prefix: 00 anywhere, and the region's own (011 in
//     North America, 010 in Japan, 8~10 in Russia …);
//   - the trunk prefix of the numbering plan (0 in most of the world, 8 in
//     Russia, 06 in Hungary), also between the calling code and the number
//     ("+44 0…", "+44 (0)…"), and a carrier code dialled with it where the
//     metadata of libphonenumber lists it (Brazil "0 15 …", Colombia "05 …");
//   - the decimals of a spreadsheet (".0");
//   - Argentina alone writes one number in two ways: "11 15 2345-6789" at home
//     is "+54 9 11 2345-6789" abroad. The 15 is replaced by the 9, as the
//     metadata's transform rule says.
//
// No digit is ever added that would make the number longer: the seven digits that
// are enough to dial within Antigua or Jersey are phone_too_short here. No letter
// becomes a digit. The library gets a calling code and a national number and only
// answers whether that number exists. Its lenient parser, which reads
// 1112205552637 as a number of Ohio, is not used.
//
// # Readings
//
// A cell that begins with + contains its calling code; the region is ignored (but for
// its trunk prefix, see below), also if the region cell is not understood. Without +
// there can be several readings: a national number of the region, the region's calling
// code written without +, an international prefix. If exactly one of them is a valid
// number, that is the result. If two valid ones differ, the row is phone_ambiguous.
// Calling codes of other countries without + are not read, unless the list says that
// its numbers begin with them: nearly every number of one country is also a number of
// another.
//
// Without + and without a region the row is phone_no_region; a country is never
// assumed. 00 counts as + even then: the ITU recommends that prefix, and no
// country has national numbers that begin with it.
//
// # Numbers without +
//
// A bare cell holds one number without +, without an international prefix and
// without a leading 0: whether its digits begin with a calling code is not written in
// it. Options.Numbers says what the list tells about them. International and National
// are what the user says, and hold whatever else the file shows; ByHeader and ByColumn
// are decided for a file, the latter with the testimony of its cells (Witness). Two
// calling codes are compared, never two countries: those of +1, +7, +39 and +44 share
// theirs. National alone takes the 1 of North America for a trunk prefix.
//
// A spreadsheet drops the + of a cell of digits. So a bare cell is phone_ambiguous
// where a number of another calling code may have lost its +: by itself if it would be
// a mobile number there and is none at home (43664123456 in a German row, whether or
// not it is another number at home); in a column that is decided, and in a file that
// has been through a spreadsheet (Options.Ours), if it would be any number there. In
// such a file International asks, too, where the digits are a number at home: 0151…,
// typed into a German row, would come back as a number of Texas. Where the row tells the
// number that it was in an earlier import (Options.Contact), and the digits can be that
// number, they are. A
// trunk prefix other than a calling code shows a national number as a leading 0 does:
// 8 (495) 123-45-67 in Russia is read by itself, though 84951234567 with + is a mobile
// number of Vietnam. In a decided column and in such a file it is phone_ambiguous,
// too.
//
// No option overrules a +, and one thing alone does: digits behind it that are a
// number of the row's country behind its trunk prefix are phone_ambiguous:
// "+8 (495) 123-45-67" in Russia is a number of Vietnam by its digits, and one of
// Moscow by its writer.
//
// # What a spreadsheet has done
//
// Digits that are lost are never guessed, whatever the options:
//
//   - 4.47E+11, and 447000000000 that it becomes: digits alone, eleven or more, of
//     which at most six come before the zeros, are phone_scientific_notation. With + or
//     with separators somebody has written them.
//   - In a row that was refused for that before (Options.Refused), no number without +
//     and without a leading 0 is taken whose eleven or more digits end in a zero, or of
//     whose digits, however many, at most six come before the zeros, and no other
//     spelling without + of a rounded number.
//   - A refused +49151234 comes back as 49151234, which is another number. The hint of a
//     refused cell of + and digits says that it had the +, and in a row that comes back
//     with that hint (Options.RefusedHint) digits are taken only where they are the same
//     number with + before them; else they are phone_ambiguous.
//   - -23456891, the sum that +49-151-23456789 becomes when it is typed, is
//     phone_not_a_number.
//
// # Agreement
//
// Google's libphonenumber defines which numbers are valid and how their E.164
// forms are written. testdata holds its result for about 63,000 cells of all
// regions. Every cell with another result here is listed in disagreements.tsv,
// under the rule that explains it.
//
// Whether a number exists, in which region and of which type, is read from libphonenumber's
// metadata with one walk through a table (automaton.go, ranges.go) instead of its
// regular expressions, which take about a hundred times longer. The table of a calling
// code is built from the metadata at its first use, so an update of the library updates
// it. TestAutomatonAgreesWithTheLibrary compares the answers.
//
// # Details of the reasons
//
//   - Short and emergency numbers (911, 112, 116117) are phone_too_short.
//   - A local number without its area code is phone_too_short.
//   - Two numbers in one cell are phone_multiple, unless both are the same number,
//     which is then the result.
//   - "030/123456" is one number: a slash after at most six national digits
//     separates an area code. "0470/12/34/56" is one number, too: groups of at
//     most four digits between slashes are one if together they are valid. Any
//     other slash separates two numbers.
//   - Mexico's old mobile token ("+52 1 55 …") has not been part of the numbers
//     since 2019, and libphonenumber no longer accepts it: phone_too_long.
//   - More digits than E.164 allows (15) are phone_too_long, and fewer than 7 with
//     the calling code phone_too_short, also if a numbering plan permits them.
//   - More than 250 characters between the first and the last digit or letter
//     are phone_not_a_number; the length of the cell itself is not limited.
package phone
