package source

import "testing"

func TestMasked(t *testing.T) {
	for _, c := range []struct{ name, cell, want string }{
		{"E.164", "+14155552671", "+1415•••2671"},
		{"national", "(415) 555-2671", "4155•••671"},
		{"short", "5551234", "55•••34"},
		{"too short to show anything", "555123", "•••"},
		{"longest", "00491512345678901", "0049•••8901"},
		{"two numbers", "+14155552671/+14155552672", "•••"},
		{"two numbers without plus", "4155552671 4155552672", "•••"},
		{"a name", "Maria", "•••"},
		{"a name and a number", "Maria 4155552671", "•••"},
		{"guard of a spreadsheet", "'4155552671", "4155•••671"},
		{"digits of another script", "+٤٤٧٩٠٠٩٠٠١٢٣", "•••"},
		{"e-mail", "4155552671@example.org", "•••"},
	} {
		if got := masked(c.cell); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestPhoneColumnIsSaidWithSamples(t *testing.T) {
	const recognised = `phone column: "Phone" (column 2), recognised by its header`
	for _, c := range []struct{ name, file, want string }{
		{"three of four", "Name,Phone\nA,+14155552671\nB,\nC,Maria\nD,020 7946 0018\nE,+14155552672\n",
			recognised + "; its first cells are +1415•••2671, •••, 0207•••0018"},
		{"fewer", "Name,Phone\nA,+14155552671\n", recognised + "; its first cells are +1415•••2671"},
		{"marks for nothing", "Name,Phone\nA,NULL\nB,\\N\nC,+14155552671\n", recognised + "; its first cells are +1415•••2671"},
		{"none", "Name,Phone\nA,\n", recognised},
	} {
		t.Run(c.name, func(t *testing.T) {
			rd, err := openFile(c.file, Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, err := range rd.Rows() {
				if err != nil {
					t.Fatal(err)
				}
			}
			if got := rd.Notices(); len(got) != 1 || got[0] != c.want {
				t.Errorf("got %q, want %q alone", got, c.want)
			}
			if got := rd.Notices(); got[0] != c.want {
				t.Errorf("got %q the second time, want %q", got[0], c.want)
			}
		})
	}
}
