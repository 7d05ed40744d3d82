package report

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sent-import/importer/outcome"
)

// TestContactCells: the receipt has the user's own columns and ours behind them, once,
// whatever of ours the user's file has already.
func TestContactCells(t *testing.T) {
	header := []string{"name", "phone"}
	ours := []string{"id", "+14155550001", "created"}
	for name, c := range map[string]struct {
		in            Input
		first, record []string
		want          []string
	}{
		"header":                           {Input{Header: header}, nil, []string{"a", "1"}, []string{"a", "1"}},
		"short row":                        {Input{Header: header}, nil, []string{"a"}, []string{"a", ""}},
		"longer by blanks":                 {Input{Header: header}, nil, []string{"a", "1", ""}, []string{"a", "1", "|", ""}},
		"fed back":                         {Input{Header: []string{"name", "phone", "sent_import_contact_id", "sent_import_phone", "sent_import_status"}}, nil, []string{"a", "1", "old", "+1", "duplicate"}, []string{"a", "1"}},
		"among the user's own":             {Input{Header: []string{"sent_import_status", "name", " sent_import_phone", "phone"}}, nil, []string{"created", "a", "+1", "1"}, []string{"a", "1"}},
		"repaired rows":                    {Input{Header: []string{"name", "phone", "sent_import_line", "sent_import_reason", "sent_import_hint"}}, nil, []string{"a", "1", "3", "phone_invalid", "x"}, []string{"a", "1"}},
		"both":                             {Input{Header: []string{"sent_import_line", "name", "phone", "sent_import_status"}}, nil, []string{"3", "a", "1", ""}, []string{"a", "1"}},
		"no header":                        {Input{Comma: ','}, nil, []string{"a", "1"}, []string{"a", "1"}},
		"no header, short":                 {Input{Comma: ','}, []string{"a", "1"}, []string{"a"}, []string{"a", ""}},
		"no header, fed back":              {Input{Comma: ','}, nil, []string{"a", "1", "old", "+14155550001", "duplicate"}, []string{"a", "1"}},
		"no header, fed back, no id":       {Input{Comma: ','}, nil, []string{"a", "1", "", "+14155550001", "duplicate"}, []string{"a", "1"}},
		"no header, a status of the users": {Input{Comma: ','}, nil, []string{"a", "0151", "created"}, []string{"a", "0151", "created"}},
		"file not at hand":                 {Input{PhoneColumn: "mobile"}, nil, nil, []string{"cell"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.in.Bytes, c.in.Contacts = 100, true
			o := newUserColumns(c.in)
			if c.first == nil {
				c.first = c.record
			}
			o.learn(c.first)
			r := outcome.Row{Line: 7, Input: "cell", Phone: "+14155550001", Record: c.record}
			r.Status, r.Reason, r.ContactID = outcome.Created, outcome.ReasonCreated, "id"
			want := slices.Concat(c.want, ours)
			if at := slices.Index(c.want, "|"); at >= 0 {
				want = slices.Concat(c.want[:at], ours, c.want[at+1:])
			}
			if got := o.appendContact(nil, &r); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestContactPaddingHasABoundOfItsOwn: beyond it a row stands alone, and what is padded
// here takes no room from invalid.csv.
func TestContactPaddingHasABoundOfItsOwn(t *testing.T) {
	o := newUserColumns(Input{Header: []string{"phone", "b", "c"}, Bytes: 4, Contacts: true}) // 16 bytes: two rows of two cells
	o.learn(nil)
	r := outcome.Row{Record: []string{"1"}}
	var widths []int
	for range 3 {
		widths = append(widths, len(o.appendContact(nil, &r)))
	}
	if !slices.Equal(widths, []int{6, 6, 1}) {
		t.Errorf("got rows of %v cells, want two with all, and then the user's alone", widths)
	}
	if got := len(o.appendInvalid(nil, &r)); got != 6 {
		t.Errorf("got %d cells in invalid.csv, want 6", got)
	}
}

// TestContactsGo: a report without the receipt removes that of an earlier one. One that
// somebody has changed is kept.
func TestContactsGo(t *testing.T) {
	for name, c := range map[string]struct {
		edit string
		kept []string
	}{
		"as they were written":    {"", nil},
		"changed":                 {ContactsName, []string{"contacts.edited-1.csv"}},
		"the workbook is changed": {ContactsBookName, []string{"contacts.edited-1.xlsx"}},
	} {
		t.Run(name, func(t *testing.T) {
			in, rows := mixed()
			dir := t.TempDir()
			if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
				t.Fatal(err)
			}
			if c.edit != "" {
				edit(t, filepath.Join(dir, c.edit), "mine")
			}
			in.Contacts = false
			f, _, err := write(dir, summary(), in, seq(rows, nil))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{ContactsName, ContactsBookName} {
				if _, err := os.Lstat(filepath.Join(dir, name)); !os.IsNotExist(err) {
					t.Errorf("%s: got %v, want it gone", name, err)
				}
			}
			if f.Contacts != "" || f.ContactBook != "" {
				t.Errorf("got the paths %q and %q, want none", f.Contacts, f.ContactBook)
			}
			if got := edited(t, dir); !slices.Equal(got, c.kept) || len(f.Kept) != len(c.kept) {
				t.Fatalf("kept: got %q and %v, want %q", got, f.Kept, c.kept)
			}
			for _, name := range c.kept {
				if got := string(read(t, filepath.Join(dir, name))); got != "mine" || f.Kept[0].Input {
					t.Errorf("%s: got %q, %v, want it as it was", name, got, f.Kept[0])
				}
			}
		})
	}
}

// TestUsersOwnContacts: a list may be called contacts.csv, too. In the directory of a report
// it is in the way, and stays where it is, whosever it was before.
func TestUsersOwnContacts(t *testing.T) {
	in, rows := mixed()
	dir := t.TempDir()
	inTheWay := func(input string) string {
		t.Helper()
		p, err := Open(t.Context(), dir, "")
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close() //nolint:errcheck // nothing was written
		return p.InTheWay(input)
	}
	if got := inTheWay(filepath.Join(dir, "list.csv")); got != "" {
		t.Errorf("got %q in an empty directory, want nothing", got)
	}
	for _, name := range []string{ContactsName, ContactsBookName} {
		edit(t, filepath.Join(dir, name), "my list")
		if got := inTheWay(""); got != name {
			t.Errorf("got %q, want %s, which was there first", got, name)
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	receipt := filepath.Join(dir, ContactsName)
	edit(t, receipt, "changed")
	if got := inTheWay(filepath.Join(dir, "list.csv")); got != "" {
		t.Errorf("got %q, want nothing, since it was the receipt before somebody changed it", got)
	}
	if got := inTheWay(receipt); got != ContactsName {
		t.Errorf("got %q, want the receipt, which is imported", got)
	}
	in.Path, in.Contacts = receipt, false
	f, _, err := write(dir, summary(), in, seq(rows, nil))
	if err != nil || len(f.Kept) != 0 || string(read(t, receipt)) != "changed" {
		t.Errorf("got %v, kept %v, and %q, want the list where it was", err, f.Kept, read(t, receipt))
	}
}

// TestTextsNameTheReceipt where there is one with rows, and the file that has all of them.
func TestTextsNameTheReceipt(t *testing.T) {
	f := Files{Dir: "r", HTML: "r/report.html", Contacts: "r/contacts.csv", ContactBook: "r/contacts.xlsx"}
	for name, c := range map[string]struct {
		d    Digest
		only int
		text string // "": no line
		page []string
	}{
		"contacts":   {digest(2, outcome.ReasonCreated, outcome.AlreadyExists, outcome.InFile), 0, "receipt: r/contacts.csv (4 contacts), or contacts.xlsx\n", []string{`<a href="contacts.csv">`, `<a href="contacts.xlsx">`, "to go back into your CRM"}},
		"no contact": {digest(2, outcome.PhoneMissing), 0, "", []string{"No row has a contact."}},
		"no room":    {digest(2, outcome.ReasonCreated), 1, "receipt: r/contacts.csv (2 contacts); 1 has no room in contacts.xlsx\n", []string{"For 1 of them there is no room in contacts.xlsx."}},
	} {
		t.Run(name, func(t *testing.T) {
			c.d.OnlyCSV.Contacts = c.only
			s := Summary{Input: Input{Contacts: true}, Requests: Requests{Create: 3}}
			var b strings.Builder
			if err := WriteText(&b, s, c.d, f, ""); err != nil {
				t.Fatal(err)
			}
			if got := b.String(); c.text == "" && strings.Contains(got, "receipt:") || !strings.Contains(got, c.text) {
				t.Errorf("got\n%s\nwant %q", got, c.text)
			}
			page := render(t, s, c.d)
			for _, want := range c.page {
				if !strings.Contains(page, want) {
					t.Errorf("got no %q in the page, want it there", want)
				}
			}
		})
	}
}

// keptReceipt is a job with contacts, whose rows are settled.
type keptReceipt struct {
	in, stays  Input         // with the user's file at hand, and without
	rows, bare []outcome.Row // with the user's cells, and without
	contacts   int           // rows that have one
}

func newReceipt() (r keptReceipt) {
	r.in, r.rows = mixed()
	r.stays, r.bare = r.in, slices.Clone(r.rows)
	r.stays.ContactsStay = true
	for i := range r.bare {
		if r.bare[i].HasContact() {
			r.bare[i].Record = nil
			r.contacts++
		}
	}
	return r
}

// written writes the report and returns its directory.
func (r keptReceipt) written(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if _, _, err := write(dir, summary(), r.in, seq(r.rows, nil)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func hasContacts(t *testing.T, dir, job string, rows int) bool {
	t.Helper()
	p, err := Open(t.Context(), dir, "")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close() //nolint:errcheck // nothing was written
	return p.HasContacts(job, rows)
}

// TestContactsStay: the receipt of a job whose rows are settled stays as it is, though its
// rows carry no cells, and the report is the same.
func TestContactsStay(t *testing.T) {
	r, s := newReceipt(), summary()
	dir := r.written(t)
	before := contents(t, dir)
	old, err := os.Stat(filepath.Join(dir, ContactsName))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if !hasContacts(t, dir, s.Job, r.contacts) {
			t.Fatal("the directory has none")
		}
		f, d, err := write(dir, s, r.stays, seq(r.bare, nil))
		if err != nil || len(f.Kept) != 0 || f.Contacts == "" || d.Counts.Rows != len(r.rows) {
			t.Fatalf("got %+v, %v", f, err)
		}
		if got := contents(t, dir); !maps.Equal(got, before) {
			t.Error("the report is another")
		}
		if now, err := os.Stat(filepath.Join(dir, ContactsName)); err != nil || !os.SameFile(old, now) {
			t.Errorf("contacts.csv was written anew: %v", err)
		}
	}
	r.in.Contacts = false
	if _, _, err := write(dir, s, r.in, seq(r.bare, nil)); err != nil || hasContacts(t, dir, s.Job, r.contacts) {
		t.Errorf("got %v, want a report without", err)
	}
}

// TestContactsThatDiffer: the receipt does not stay if anything of it is another.
func TestContactsThatDiffer(t *testing.T) {
	r := newReceipt()
	for name, change := range map[string]func(*outcome.Row){
		"an id":         func(r *outcome.Row) { r.ContactID = "another" },
		"a number":      func(r *outcome.Row) { r.Phone = "+14155550999" },
		"a status":      func(r *outcome.Row) { r.Status, r.Reason = outcome.Duplicate, outcome.AlreadyExists },
		"one row fewer": func(r *outcome.Row) { r.Status, r.Reason = outcome.Failed, outcome.Network },
	} {
		t.Run(name, func(t *testing.T) {
			dir := r.written(t)
			before := contents(t, dir)
			other := slices.Clone(r.bare)
			change(&other[0])
			if _, _, err := write(dir, summary(), r.stays, seq(other, nil)); !errors.Is(err, ErrContactsDiffer) {
				t.Errorf("got %v, want %v", err, ErrContactsDiffer)
			}
			if got := contents(t, dir); !maps.Equal(got, before) {
				t.Error("the report is another, or something was left behind")
			}
		})
	}
}

// TestContactsNotThere: a directory without the whole receipt of the job has none.
func TestContactsNotThere(t *testing.T) {
	r, s := newReceipt(), summary()
	for name, c := range map[string]struct {
		job    string
		rows   int
		change func(*keptReceipt)       // before it is written
		then   func(*testing.T, string) // with the directory
	}{
		"another job's":               {job: "another", rows: r.contacts},
		"of fewer rows":               {job: s.Job, rows: r.contacts + 1},
		"changed by somebody":         {job: s.Job, rows: r.contacts, then: func(t *testing.T, dir string) { edit(t, filepath.Join(dir, ContactsBookName), "mine") }},
		"without the user's own file": {job: s.Job, rows: r.contacts, change: (*keptReceipt).detach},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReceipt()
			if c.change != nil {
				c.change(&r)
			}
			dir := r.written(t)
			if c.then != nil {
				c.then(t, dir)
			}
			if hasContacts(t, dir, c.job, c.rows) {
				t.Error("it has them")
			}
		})
	}
	if _, _, err := write(t.TempDir(), s, r.stays, seq(r.bare, nil)); !errors.Is(err, ErrContactsDiffer) {
		t.Errorf("an empty directory: got %v, want %v", err, ErrContactsDiffer)
	}
}

// detach takes the user's file away.
func (r *keptReceipt) detach() {
	r.in.Header, r.in.Comma = nil, 0
	for i := range r.rows {
		r.rows[i].Record = nil
	}
}
