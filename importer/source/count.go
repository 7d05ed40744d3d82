package source

import (
	"fmt"
	"strings"
)

// count writes "1 thing" or "2 things".
func count(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %s", n, plural(thing))
}

func plural(thing string) string {
	if strings.HasSuffix(thing, "y") {
		return strings.TrimSuffix(thing, "y") + "ies"
	}
	return thing + "s"
}
