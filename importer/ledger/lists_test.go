package ledger

import (
	"testing"
	"time"
)

func listTest(t *testing.T, l *Ledger, name string) List {
	t.Helper()
	list, err := l.List(name)
	must(t, "list", err)
	return list
}

// TestLists: a list keeps when it was complete, whatever its next runs come to, and has the
// job of the last run that has ended.
func TestLists(t *testing.T) {
	l := openTest(t, t.TempDir())
	if got := listTest(t, l, "crm"); got != (List{}) {
		t.Errorf("unknown: got %+v, want nothing", got)
	}
	night, next := time.UnixMilli(1_800_000_000_000).UTC(), time.UnixMilli(1_800_086_400_000).UTC()
	first, second := planTest(t, l, "aaaa", nil), planTest(t, l, "bbbb", nil)
	for _, step := range []struct {
		what string
		end  List
		want List
	}{
		{"a first run that was stopped", List{Job: first}, List{Job: first}},
		{"a success", List{Job: first, CompletedAt: night, SucceededAt: night}, List{Job: first, CompletedAt: night, SucceededAt: night}},
		{"stopped, with another file", List{Job: second}, List{Job: second, CompletedAt: night, SucceededAt: night}},
		{"complete, with rows to repair", List{Job: second, CompletedAt: next}, List{Job: second, CompletedAt: next, SucceededAt: night}},
	} {
		must(t, step.what, l.EndRunOf("crm", step.end))
		if got := listTest(t, l, "crm"); got.Job.ID != step.want.Job.ID || got.CompletedAt != step.want.CompletedAt || got.SucceededAt != step.want.SucceededAt {
			t.Errorf("%s: got %+v, want %+v", step.what, got, step.want)
		}
	}
	if got := listTest(t, l, "crm "); got != (List{}) {
		t.Errorf("another list: got %+v, want nothing", got)
	}
	must(t, "drop", l.Drop(second))
	if got := listTest(t, l, "crm"); got.Job.ID != "" || got.CompletedAt != next {
		t.Errorf("after its job was dropped: got %+v, want the times alone", got)
	}
}
