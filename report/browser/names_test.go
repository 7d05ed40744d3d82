//go:build browser

package browser

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// node is an element as a screen reader meets it.
type node struct{ role, name string }

// TestNames: what a screen reader meets has names, and tables have their columns' headers,
// on a phone, too.
func TestNames(t *testing.T) {
	for name, j := range jobs() {
		path, p := write(t, j), open(t)
		for _, width := range []int64{phone, desktop} {
			t.Run(fmt.Sprintf("%s/%d px", name, width), func(t *testing.T) {
				p.show(t, path, normal(width))
				nodes := p.nodes(t)
				count := make(map[string]int)
				for _, n := range nodes {
					count[n.role]++
					if n.name == "" && slices.Contains([]string{"region", "image", "table", "link", "columnheader", "rowheader", "textbox", "combobox", "button", "heading"}, n.role) {
						t.Errorf("a %s has no name", n.role)
					}
				}
				if count["main"] != 1 || count["region"] < 3 || count["table"] < 1 {
					t.Errorf("got %v, want one main, regions and tables", count)
				}
				if j.rows > 0 && (count["columnheader"] < 3 || count["image"] < 1) {
					t.Errorf("got %v, want the headers of the columns, and graphics", count)
				}
			})
		}
	}
}

// nodes are the elements of the page as a screen reader meets them.
func (p *tab) nodes(t *testing.T) (all []node) {
	t.Helper()
	tree := get(t, p, func(ctx context.Context, target *chromedp.Target) (accessibility.GetFullAXTreeResult, error) {
		return cdp.Call(ctx, target, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	})
	for _, n := range tree.Nodes {
		if n.Ignored || n.Role == nil {
			continue
		}
		found := node{role: strings.Trim(string(n.Role.Value), `"`)}
		if n.Name != nil {
			found.name = strings.Trim(string(n.Name.Value), `"`)
		}
		all = append(all, found)
	}
	return all
}
