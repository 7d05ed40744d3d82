//go:build browser

package browser

import (
	_ "embed"
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"
)

//go:embed contrast.js
var contrastScript string

// looks are the ways in which people look at a page.
func looks() []look {
	all := []look{
		{phone, "light", "screen", false, 200, true},
		{desktop, "light", "screen", false, 200, true},
		{desktop, "light", "screen", true, 100, true},
		{desktop, "dark", "screen", true, 100, true},
		{desktop, "light", "print", false, 100, true},
		{desktop, "dark", "print", false, 100, true},
		{desktop, "light", "screen", false, 100, false},
	}
	for _, width := range []int64{320, phone, 600, desktop} {
		for _, scheme := range []string{"light", "dark"} {
			all = append(all, look{width, scheme, "screen", false, 100, true})
		}
	}
	return all
}

// TestEveryLook: however a page is looked at, nothing is wider than the window, text and
// graphics stand out, the console has nothing to say, and the page asks for nothing.
func TestEveryLook(t *testing.T) {
	for name, j := range jobs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, p := write(t, j), open(t)
			all := looks()
			if name != fullest { // the others differ in what they say
				all = []look{{phone, "light", "screen", false, 200, true}, {desktop, "dark", "screen", false, 100, true}}
			}
			for _, l := range all {
				t.Run(l.String(), func(t *testing.T) {
					p.show(t, path, l)
					p.checkWidth(t, l)
					p.checkContrast(t)
					p.checkSilence(t)
				})
			}
		})
	}
}

// checkSilence checks that the page asks for nothing, and has nothing to complain about.
func (p *tab) checkSilence(t *testing.T) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.faults) > 0 {
		t.Errorf("the console: got %q, want nothing", p.faults)
	}
	if len(p.requests) > 0 {
		t.Errorf("requests beside the page: got %q, want none", p.requests)
	}
}

// checkWidth checks that nothing is wider than the window, and that texts have room.
func (p *tab) checkWidth(t *testing.T, l look) {
	t.Helper()
	const script = `(() => {
		const most = document.documentElement.clientWidth, wide = [];
		for (const e of document.body.querySelectorAll('*')) {
			const box = e.getBoundingClientRect();
			if (box.width > 1 && (box.right > most + 1 || box.left < -1)) wide.push(e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 30));
		}
		const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
		while (texts.nextNode()) {
			const text = texts.currentNode, length = text.data.trim().length;
			if (length < 8 || !text.parentElement.checkVisibility() || text.parentElement.closest('svg, script, thead')) continue;
			range.selectNodeContents(text);
			const lines = new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size;
			if (lines > 2 && length / lines < 4.5) wide.push('no room: ' + text.data.slice(0, 30));
		}
		if (document.documentElement.scrollWidth > most) wide.push('the page: ' + document.documentElement.scrollWidth);
		return wide;
	})()`
	if wide := eval[[]string](t, p, script); len(wide) > 0 {
		t.Errorf("wider than %d px, or without room: %q", l.width, wide)
	}
}

// fault is text or a part of a graphic that does not stand out.
type fault struct {
	What      string
	Ratio     float64
	Colour    string
	Behind    string
	Threshold float64
}

// checkContrast checks the contrast of all text (4.5, WCAG 2.2, 1.4.3) and of all parts
// of graphics (3, 1.4.11).
func (p *tab) checkContrast(t *testing.T) {
	t.Helper()
	seen := eval[struct {
		Texts  int
		Faults []fault
	}](t, p, contrastScript)
	if seen.Texts < 20 {
		t.Errorf("got %d texts, want the whole page to be looked at", seen.Texts)
	}
	for _, f := range seen.Faults {
		t.Errorf("%s: contrast of %s on %s: got %.2f, want %.1f", f.What, f.Colour, f.Behind, f.Ratio, f.Threshold)
	}
}

// A sheet of A4 without the page's margins, in CSS pixels.
const (
	sheetWidth  = 680
	sheetHeight = 1017
)

// TestPrint: on paper a page takes one sheet more at most than its height asks for, with
// backgrounds or without: a table may begin at the foot of a sheet.
func TestPrint(t *testing.T) {
	for name, j := range jobs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, p := write(t, j), open(t)
			p.show(t, path, look{sheetWidth, "light", "print", false, 100, true})
			if whole := eval[[]string](t, p, wholeOnASheet); len(whole) > 0 {
				t.Errorf("not parted between two sheets, which may leave much of one empty: %q", whole)
			}
			tall := eval[int](t, p, "document.documentElement.scrollHeight")
			for _, options := range [][]chromedp.PDFOption{
				{chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPrintBackground()},
				{chromedp.PDFPaper(chromedp.PaperA4)},
			} {
				got := sheets(get(t, p, chromedp.PrintToPDF(options...)))
				if most := tall/sheetHeight + 2; got < 1 || got > most {
					t.Errorf("got %d sheets for a page of %d px, want 1 to %d", got, tall, most)
				}
			}
		})
	}
}

// wholeOnASheet names what is never parted between sheets, and taller than a third of one.
const wholeOnASheet = `[...document.body.querySelectorAll('*')].filter((e) => getComputedStyle(e).breakInside === 'avoid' &&
	e.getBoundingClientRect().height > 1017 / 3).map((e) => e.tagName + '.' + e.className)`

// sheets is how many pages a PDF has.
func sheets(pdf []byte) int { return len(regexp.MustCompile(`/Type\s*/Page[^s]`).FindAll(pdf, -1)) }
