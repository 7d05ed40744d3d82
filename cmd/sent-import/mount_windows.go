package main

import "os"

// mountOf is 0: the flags of a mount are not known.
func mountOf(*os.File) int64 { return 0 }
