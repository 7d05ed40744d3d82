package phone

// The hints are written beside the rejected row in the user's own file, so they say
// what to change in that row, without any content of the cell. They name flags
// themselves, since the file is read long after the command has ended; this table
// is the only place of the package that does. A test of the command checks that it
// has these flags.
const (
	hintMissing       = "there is no phone number in this row: fill it in, or leave the row out"
	hintTooLongCell   = "the cell holds far more than a phone number: keep only the number"
	hintLetters       = "the cell holds something else than one phone number: keep only the digits, with + and the country code"
	hintFraction      = "the cell holds a number with decimals, which no phone number has: write the phone number again, as text"
	hintDate          = "the cell holds a date: check which column has the phone numbers, and enter the number"
	hintScientific    = "a spreadsheet has replaced digits by an exponent, and they cannot be recovered: format the column as text and enter the number again"
	hintMultiple      = "the cell holds more than one number: keep one, or take the first of each cell with --multiple first"
	hintExtension     = "a number with an extension cannot receive messages by itself: enter a direct number, or drop extensions with --extension drop"
	hintNoRegion      = "the country is not known: write the number with + and the country code, or name the country in a region column or with --region"
	hintUnknownRegion = "the country of this row is not understood: write its two-letter code, such as DE or US, or write the number with + and the country code"
	hintShort         = "this is a short or emergency number, which cannot be a contact: enter a full phone number"
	hintTooShort      = "digits are missing: check the number, and write it with its area code and, after a +, the country code"
	hintTooLong       = "there are too many digits for one number of this country: check the number and the country; write a number of another country with + and its country code"
	hintMexico        = "there are too many digits: mobile numbers of Mexico are written without the 1 after +52 since 2019"
	hintNoCode        = "no country has a calling code that begins so: check the digits after the +, or leave the + out of a national number"
	hintInvalid       = "there is no such number in this country: check the digits and the country; write a number of another country with + and its country code"
	hintAmbiguous     = "the digits can be read as two different numbers: write the number with + and the country code"
	hintType          = "the number is not of a wanted type: enter another number, or widen --types"
)
