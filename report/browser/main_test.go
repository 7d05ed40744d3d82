//go:build browser

// Package browser looks at report.html in a real browser: Debian's chromium, or another
// build of Chromium or Chrome that is found in the PATH. make browser runs it.
package browser

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// chromium is the running browser, in which each test opens tabs. Only TestMain sets it.
var chromium context.Context

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	options := chromedp.DefaultExecAllocatorOptions[:]
	if os.Geteuid() == 0 { // its sandbox refuses root
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	var end context.CancelFunc
	chromium, end = chromedp.NewContext(allocator)
	defer end()
	if err := chromedp.Do(chromium); err != nil {
		fmt.Fprintf(os.Stderr, "no browser could be started: %v\nOn Debian: apt-get install chromium\n", err)
		return 1
	}
	return m.Run()
}
