//go:build browser

package browser

import (
	"testing"

	"github.com/chromedp/chromedp"

	"sent-import/importer/outcome"
)

// TestFilter: the filter shows the rows that have all its words, and the reason.
func TestFilter(t *testing.T) {
	j := jobs()[fullest]
	j.rows, j.row = 60, rowOf(outcome.PhoneMissing, outcome.PhoneInvalid, outcome.ServerError)
	p := open(t)
	p.show(t, write(t, j), normal(desktop))
	shown := func() int {
		return eval[int](t, p, "[...document.querySelectorAll('#hand-rows tr')].filter((r) => r.checkVisibility()).length")
	}
	said := func() string { return eval[string](t, p, "document.querySelector('output').value") }
	p.do(t, chromedp.Click(chromedp.CSS("summary"))) // more than fifty are shown when they are asked for
	if got, text := shown(), said(); got != 60 || text != "" {
		t.Errorf("unfiltered: got %d rows and %q, want 60", got, text)
	}
	p.do(t, chromedp.SetValue(chromedp.CSS("#filter select"), "phone_missing"))
	eval[bool](t, p, "document.querySelector('#filter select').dispatchEvent(new Event('input', {bubbles: true}))")
	if got, text := shown(), said(); got != 20 || text != "20 of 60 shown" {
		t.Errorf("by reason: got %d rows and %q, want 20", got, text)
	}
	p.do(t, chromedp.SendKeys(chromedp.CSS("#filter input"), "ANA 0010"))
	if got, text := shown(), said(); got != 1 || text != "1 of 60 shown" {
		t.Errorf("by words, too: got %d rows and %q, want 1", got, text)
	}
	p.checkSilence(t)
}

// TestWithoutScripts: all rows are there without scripts, and no filter that does nothing.
func TestWithoutScripts(t *testing.T) {
	l := normal(phone)
	l.script = false
	p := open(t)
	p.show(t, write(t, jobs()[fullest]), l)
	if got := eval[int](t, p, "document.querySelectorAll('#hand-rows tr').length"); got < 20 {
		t.Errorf("got %d rows, want all", got)
	}
	if eval[bool](t, p, "document.getElementById('filter').checkVisibility()") {
		t.Error("got a filter, want none")
	}
}
