package phone

import (
	"strings"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"
)

// bare is the library alone, to compare with.
func bare(cell, region string) string {
	pn, err := phonenumbers.Parse(cell, region)
	if err != nil || !phonenumbers.IsValidNumber(pn) {
		return ""
	}
	return phonenumbers.Format(pn, phonenumbers.E164)
}

func BenchmarkNormalize(b *testing.B) {
	for _, c := range []struct{ name, cell, region string }{
		{"e164", "+14155552671", ""},
		{"e164-GB", "+447900900123", ""},
		{"e164-Vietnam-in-Russia", "+84951234567", "Russia"},
		{"bare", "4915123456789", "Germany"},
		{"international", "+44 (0)20 7946 0018", ""},
		{"national", "(415) 555-2671", "US"},
		{"national-name", "030 123456", "Deutschland"},
		{"two-numbers", "+1 415 555 2671 / +1 212 555 0123", ""},
		{"invalid", "+1 415 555 267", ""},
		{"missing", "n/a", ""},
		{"letters", "1-800-FLOWERS", "US"},
		{"64KiB-digits", strings.Repeat("1", 64<<10), ""},
		{"64KiB-spaces", strings.Repeat(" ", 64<<10), ""},
		{"64KiB-invisible", strings.Repeat("\u200b", 64<<10/3), ""},
		{"slashes", strings.Repeat("1/", 120), "DE"},
		{"zeros", strings.Repeat("(0)", 80) + "1", "DE"},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			Normalize(c.cell, c.region, Options{}) // the tables are built
			for b.Loop() {
				Normalize(c.cell, c.region, Options{})
			}
		})
	}
}

// A look at a file asks for the testimony of 50,000 cells.
func BenchmarkWitness(b *testing.B) {
	for _, cell := range []string{"+4915123456789", "4915123456789", "015123456789", "15123456789"} {
		b.Run(cell, func(b *testing.B) {
			for b.Loop() {
				Witness(cell, "Germany", Options{})
			}
		})
	}
}

// BenchmarkRatio reports the cost of Normalize as a multiple of the library's
// Parse, IsValidNumber and Format on the same cell, measured alternately.
func BenchmarkRatio(b *testing.B) {
	for _, c := range []struct{ name, cell, region string }{
		{"e164", "+14155552671", "ZZ"},
		{"e164-GB", "+447900900123", "ZZ"},
		{"international", "+44 20 7946 0018", "ZZ"},
		{"national-US", "(415) 555-2671", "US"},
		{"national-DE", "0171 1234567", "DE"},
		{"national-FR", "06 12 34 56 78", "FR"},
		{"national-BR", "(11) 96123-4567", "BR"},
		{"national-AR", "011 15 2345-6789", "AR"},
		{"invalid", "+1 415 555 267", "ZZ"},
	} {
		b.Run(c.name, func(b *testing.B) {
			const batch = 64
			region := strings.TrimPrefix(c.region, "ZZ")
			var ours, library time.Duration
			bare(c.cell, c.region) // both have built their tables
			Normalize(c.cell, region, Options{})
			for b.Loop() {
				start := time.Now()
				for range batch {
					bare(c.cell, c.region)
				}
				middle := time.Now()
				for range batch {
					Normalize(c.cell, region, Options{})
				}
				library += middle.Sub(start)
				ours += time.Since(middle)
			}
			b.ReportMetric(float64(ours)/float64(library), "×library")
		})
	}
}

// BenchmarkRanges makes the automaton of North America, the largest: a file with numbers
// of +1 pays for it once.
func BenchmarkRanges(b *testing.B) {
	var regions []*phonenumbers.PhoneMetadata
	for _, region := range phonenumbers.GetRegionCodesForCountryCode(1) {
		regions = append(regions, metadata()[region])
	}
	for b.Loop() {
		newRanges(regions, maxDigits-1)
	}
}
