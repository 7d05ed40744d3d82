// Package testdata holds the sample file of the demo.
package testdata

import _ "embed"

// Contacts is contacts.csv: some five hundred contacts as people have them,
// with numbers of many countries in many forms, and mistakes of every kind.
// The numbers are made from the example numbers of Google's libphonenumber.
//
//go:embed contacts.csv
var Contacts []byte
