package report

import (
	"slices"
	"strings"
	"testing"

	"sent-import/importer/outcome"
)

func TestSpans(t *testing.T) {
	for text, want := range map[string][]span{
		"":                         nil,
		"no flag - and -- no word": {{Text: "no flag - and -- no word"}},
		"--region":                 {{"--region", true}},
		"with --opt-out mark.":     {{Text: "with "}, {"--opt-out", true}, {Text: " mark."}},
		"(--max-duration)":         {{Text: "("}, {"--max-duration", true}, {Text: ")"}},
		"--a --b":                  {{"--a", true}, {Text: " "}, {"--b", true}},
	} {
		if got := spans(text); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

// TestFlagsStayInOneLine: the page keeps a flag whole, and what is around it is escaped.
func TestFlagsStayInOneLine(t *testing.T) {
	s := Summary{Requests: Requests{Create: 1}, Notes: []string{"<b>--region</b> says it"}}
	page := render(t, s, digest(1, outcome.PhoneNoRegion))
	for _, want := range []string{`<li>&lt;b&gt;<span class="flag">--region</span>&lt;/b&gt; says it</li>`, `or run with <span class="flag">--region</span>.`} {
		if !strings.Contains(page, want) {
			t.Errorf("got no %q in the page", want)
		}
	}
}
