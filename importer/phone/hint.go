package phone

// The hints are written beside the rejected row in the user's own file, so they say
// what to change in that row, without any content of the cell. They name flags
// themselves, since the file is read long after the command has ended; this table
// is the only place of the package that does. A test of the command checks that it
// has these flags.
const (
	hintMissing       = "there is no phone number in this row: fill it in, or leave the row out"
	hintTooLongCell   = "the cell holds far more than a phone number: keep only the number"
	hintLetters       = "the cell holds something else than one phone number: keep only the digits, " + withCode
	hintFraction      = "the cell holds a number with decimals, which no phone number has: write the phone number again, " + withCode
	hintSum           = "the cell holds a negative number, as a spreadsheet makes of a phone number with dashes: write the phone number again, " + withCode
	hintDate          = "the cell holds a date: check which column has the phone numbers, and enter the number"
	hintScientific    = "a spreadsheet has replaced digits by an exponent or by zeros, and they cannot be recovered: look the number up and enter it again, " + withCode
	hintMultiple      = "the cell holds more than one number: keep one, or take the first of each cell with --multiple first"
	hintExtension     = "a number with an extension cannot receive messages by itself: enter a direct number, or drop extensions with --extension drop"
	hintNoRegion      = "the country is not known: name the country in a region column or with --region, or write the number " + withCode
	hintNoRegionCode  = "the country is not known: if the numbers of this list begin with their country codes, use --numbers international; else name the country in a region column or with --region, or write the number " + withCode
	hintUnknownRegion = "the country of this row is not understood: write its two-letter code, such as DE or US, or write the number " + withCode
	hintShort         = "this is a short or emergency number, which cannot be a contact: enter a full phone number"
	hintTooShort      = "digits are missing: check the number, and write it with its area code, " + withCode
	hintTooLong       = "there are too many digits for one number of this country: check the number and the country; write a number of another country " + withCode
	hintMexico        = "there are too many digits: mobile numbers of Mexico are written without the 1 after +52 since 2019"
	hintNoCode        = "no country has a calling code that begins so: check the digits after the +, or leave the + out of a national number"
	hintInvalid       = "there is no such number in this country: check the digits and the country; write a number of another country " + withCode
	hintAmbiguous     = "the digits can be read as two different numbers: write the number " + withCode
	hintTwoWays       = "the digits can be read as two different numbers, with and without a country code: " + chooseNumbers
	hintAbroad        = "the digits may be a number of another country without its +: " + chooseNumbers
	hintNotHome       = "the digits can be read as a number of this country and, with a + before them, as one of another: write the number " + withCode
	hintOnlyAbroad    = "there is no such number in this country, but one in another if a + is missing: if all numbers of this list begin with country codes, use --numbers international; else check the digits, or write the number " + withCode
	hintColumn        = "most numbers of this column begin with the country code, and with it there is no such number: check the digits; if they are a national number, use --numbers national, or write the number " + withCode
	hintLostPlus      = "this row was refused before with a number that began with a +, and these may be its digits without the +: write the number " + withCode + beganWithPlus
	hintTrunk         = "the digits behind the + are a number of this country as it is dialled at home, without the country code: write the number " + withCode
	hintType          = "the number is not of a wanted type: enter another number, or widen --types"
)

// withCode is how to write a number so that a spreadsheet keeps it: a spreadsheet drops
// the + of digits alone, and takes dashes for a sum.
const withCode = "with + and the country code (in a spreadsheet with spaces, such as +49 151 23456789, or in a column formatted as text)"

// chooseNumbers is what helps where the whole list is written in one way.
const chooseNumbers = "if all numbers of this list are written so, use --numbers international (with country codes) or --numbers national (without); else write the number " + withCode
