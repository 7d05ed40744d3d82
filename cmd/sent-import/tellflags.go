package main

// tellFlags say who else is told what becomes of a run.
type tellFlags struct {
	JSONRows bool `help:"Print a JSON line for each row when it is settled, too; --json is implied." name:"json-rows"`
}
