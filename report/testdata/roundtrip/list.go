// Command roundtrip writes the rows of a list that trip.py sends through a spreadsheet,
// as CSV: what stands in the list, and the number that is meant. With the argument bare,
// most numbers of the list are written with their calling code and without +. The
// numbers are made from the example numbers of Google's libphonenumber.
package main

import (
	"encoding/csv"
	"fmt"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// regions are those of the 40 largest calling codes, and some that share theirs or
// write their numbers in an uncommon way.
var regions = strings.Fields(`US CA DO GB JE DE FR IT ES PT BR IN CN JP KR RU KZ MX AR AU NZ NL BE CH AT PL SE NO DK FI
	GR TR ZA NG EG KE ID PH VN TH MY SG PK BD SA AE IL UA CZ HU RO CO CL PE CI LK`)

// texts are cells that a spreadsheet may part, run or fail to encode.
var texts = []string{"Müller, Jörg", "O'Brien; Ann", "Zoë \"Zed\" Ω", "Иван", "two\nlines", "=1+1", "-5", "1/2/2024", "3-4", "007", "Ana", ""}

// row is one row of a list.
type row struct {
	kind    string // of cell
	cell    string // of the phone column
	region  string // cell of the country column
	intends *phonenumbers.PhoneNumber
}

func main() {
	out := csv.NewWriter(os.Stdout)
	write(out, []string{"id", "kind", "phone", "country", "name", "note", "number", "international", "national", "elsewhere"})
	n := 0
	for i, region := range regions {
		all := rows(i, region)
		if slices.Contains(os.Args[1:], "bare") {
			all = withoutPlus(i, all)
		}
		for _, r := range all {
			n++
			write(out, []string{fmt.Sprintf("row %04d", n), r.kind, r.cell, r.region, texts[n%len(texts)], texts[n/3%len(texts)],
				phonenumbers.Format(r.intends, phonenumbers.E164), spaced(r.intends, phonenumbers.INTERNATIONAL), spaced(r.intends, phonenumbers.NATIONAL),
				strconv.FormatBool(r.region != "" && r.region != region)})
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		log.Fatal(err)
	}
}

func write(out *csv.Writer, cells []string) {
	if err := out.Write(cells); err != nil {
		log.Fatal(err)
	}
}

// rows returns the rows of a region: those whose kind begins with "good" are taken as
// they are, unless the cell is valid in two ways.
func rows(i int, region string) []row {
	abroad := regions[(i+7)%len(regions)]
	next := numbers(region)
	mobile := func() *phonenumbers.PhoneNumber { return next(phonenumbers.MOBILE) }
	of := func(kind, country string, n *phonenumbers.PhoneNumber, cell func(*phonenumbers.PhoneNumber) string) row {
		return row{kind, cell(n), country, n}
	}
	return []row{
		of("exponent", region, mobile(), func(n *phonenumbers.PhoneNumber) string { return exponent(n, 2) }),
		of("exponent of 6 digits", region, mobile(), func(n *phonenumbers.PhoneNumber) string { return exponent(n, 5) }),
		of("zeros of an exponent", region, mobile(), func(n *phonenumbers.PhoneNumber) string { return zeros(n) }),
		of("digits missing", region, mobile(), func(n *phonenumbers.PhoneNumber) string { s := e164(n); return s[:len(s)-5] }),
		of("no country", "", mobile(), national),
		of("extension", region, mobile(), func(n *phonenumbers.PhoneNumber) string { return international(n) + " ext. 12" }),
		of("a sum", region, mobile(), sum),
		of("without + abroad", abroad, mobile(), bare),
		of("two numbers", region, mobile(), func(n *phonenumbers.PhoneNumber) string { return e164(n) + ", " + e164(mobile()) }),
		of("words", region, mobile(), func(*phonenumbers.PhoneNumber) string { return "ask Ann" }),
		of("good: E.164", region, mobile(), e164),
		of("good: E.164, no country", "", mobile(), e164),
		of("good: E.164, of another country", abroad, mobile(), e164),
		of("good: E.164, landline of another country", abroad, next(phonenumbers.FIXED_LINE), e164),
		of("good: E.164, landline", region, next(phonenumbers.FIXED_LINE), e164),
		of("good: spaces", region, mobile(), international),
		of("good: dashes", region, mobile(), func(n *phonenumbers.PhoneNumber) string { return strings.ReplaceAll(international(n), " ", "-") }),
		of("good: 00", region, mobile(), func(n *phonenumbers.PhoneNumber) string { return "00" + bare(n) }),
		of("good: national", region, mobile(), national),
		of("good: without +", region, mobile(), bare),
		of("good: without +", region, next(phonenumbers.FIXED_LINE), bare),
	}
}

// withoutPlus returns the rows as a list has them that leaves out the +. Few of its
// numbers are those of another country, or the list would show nothing.
func withoutPlus(i int, all []row) (list []row) {
	for _, r := range all {
		switch r.kind {
		case "good: E.164", "good: E.164, landline", "good: spaces", "good: dashes", "good: national":
			r.kind, r.cell = "good: without +", bare(r.intends)
		case "without + abroad":
			if i%5 > 0 {
				continue
			}
		}
		list = append(list, r)
	}
	return list
}

// numbers returns a function that returns another number of the region each time.
func numbers(region string) func(phonenumbers.PhoneNumberType) *phonenumbers.PhoneNumber {
	used := map[string]bool{}
	step := 0
	return func(kind phonenumbers.PhoneNumberType) *phonenumbers.PhoneNumber {
		example := phonenumbers.GetExampleNumberForType(region, kind)
		for range 10000 {
			step++
			changed := another(example, step)
			if s := e164(changed); phonenumbers.IsValidNumberForRegion(changed, region) && !used[s] {
				used[s] = true
				return changed
			}
		}
		log.Fatalf("no more numbers of %s", region)
		return nil
	}
}

// another is the number with other digits at its end: six of them, or four where few
// numbers are in use.
func another(n *phonenumbers.PhoneNumber, step int) *phonenumbers.PhoneNumber {
	s := e164(n)
	if step%3 == 0 {
		s = s[:len(s)-4] + fmt.Sprintf("%04d", step*7919%10_000)
	} else {
		s = s[:len(s)-6] + fmt.Sprintf("%06d", step*104_729%1_000_000)
	}
	changed, err := phonenumbers.Parse(s, "")
	if err != nil {
		log.Fatal(err)
	}
	return changed
}

func e164(n *phonenumbers.PhoneNumber) string { return phonenumbers.Format(n, phonenumbers.E164) }
func bare(n *phonenumbers.PhoneNumber) string { return e164(n)[1:] }
func international(n *phonenumbers.PhoneNumber) string {
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}
func national(n *phonenumbers.PhoneNumber) string {
	return phonenumbers.Format(n, phonenumbers.NATIONAL)
}

// spaced is the number with spaces where its country has dashes.
func spaced(n *phonenumbers.PhoneNumber, format phonenumbers.PhoneNumberFormat) string {
	return strings.ReplaceAll(phonenumbers.Format(n, format), "-", " ")
}

// exponent is the number as a spreadsheet shows it.
func exponent(n *phonenumbers.PhoneNumber, decimals int) string {
	value, err := strconv.ParseFloat(bare(n), 64)
	if err != nil {
		log.Fatal(err)
	}
	return strings.ToUpper(strconv.FormatFloat(value, 'e', decimals, 64))
}

// zeros is what the exponent becomes.
func zeros(n *phonenumbers.PhoneNumber) string {
	value, err := strconv.ParseFloat(exponent(n, 2), 64)
	if err != nil {
		log.Fatal(err)
	}
	return strconv.FormatFloat(value, 'f', 0, 64)
}

// sum is what +49-151-23456789 becomes.
func sum(n *phonenumbers.PhoneNumber) string {
	total := 0
	for i, part := range strings.Fields(spaced(n, phonenumbers.INTERNATIONAL)) {
		value, err := strconv.Atoi(strings.Trim(part, "+()"))
		if err != nil {
			log.Fatal(err)
		}
		if i > 0 {
			value = -value
		}
		total += value
	}
	return strconv.Itoa(total)
}
