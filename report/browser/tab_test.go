//go:build browser

package browser

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// look is how a page is looked at.
type look struct {
	width  int64 // of the window, in CSS pixels
	scheme string
	media  string // screen or print
	forced bool   // the system forces its colours on pages
	text   int    // size of text in percent
	script bool   // scripts may run
}

func (l look) String() string {
	return fmt.Sprintf("%d px, %s, %s, forced=%t, text=%d%%, script=%t", l.width, l.scheme, l.media, l.forced, l.text, l.script)
}

const (
	phone   = 360
	desktop = 1280
	height  = 800
)

// normal is how most people look at a page.
func normal(width int64) look {
	return look{width: width, scheme: "light", media: "screen", text: 100, script: true}
}

// tab is a page that is open in the browser.
type tab struct {
	ctx context.Context

	mu       sync.Mutex
	requests []string
	faults   []string // of the console
}

// open opens a tab, which is closed with the test.
func open(t *testing.T) *tab {
	t.Helper()
	ctx, end := chromedp.NewContext(chromium)
	t.Cleanup(end)
	p := &tab{ctx: ctx}
	p.do(t)
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		t.Fatal(err)
	}
	p.do(t, command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}), command(runtime.Enable, cdp.Empty{}))
	return p
}

// show loads a file, to be looked at so. What was asked for and complained about before is
// forgotten.
func (p *tab) show(t *testing.T, path string, l look) {
	t.Helper()
	p.mu.Lock()
	p.requests, p.faults = nil, nil
	p.mu.Unlock()
	address := (&url.URL{Scheme: "file", Path: path}).String()
	p.do(t, chromedp.EmulateViewport(l.width, height),
		command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !l.script}),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: l.media, Features: l.features()}),
		chromedp.Navigate(address))
	if l.text != 100 {
		eval[string](t, p, fmt.Sprintf("document.documentElement.style.fontSize = '%d%%'", l.text))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests = slices.DeleteFunc(p.requests, func(r string) bool { return r == address })
}

// command is a command of the protocol as an action.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

func (l look) features() []*emulation.MediaFeature {
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}}
	if l.forced {
		features = append(features, &emulation.MediaFeature{Name: "forced-colors", Value: "active"})
	}
	return features
}

// listen takes down what the page asks for and complains about.
func (p *tab) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		p.faults = append(p.faults, fmt.Sprintf("console.%s", e.Type))
	case *runtime.EventExceptionThrown:
		p.faults = append(p.faults, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		p.faults = append(p.faults, e.Entry.Text)
	}
}

func (p *tab) do(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// get is the value of an action in the tab.
func get[T any](t *testing.T, p *tab, action chromedp.Action[T]) T {
	t.Helper()
	value, err := chromedp.Run(p.ctx, action)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// eval is the value of an expression in the page.
func eval[T any](t *testing.T, p *tab, expression string) T {
	t.Helper()
	return get(t, p, chromedp.Evaluate[T](expression))
}
