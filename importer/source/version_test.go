package source

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// versionCases are files that a newer version reads otherwise than version 1, and
// others.
func versionCases() map[string]Options {
	cases := map[string]Options{}
	for _, text := range []string{
		"phone,name,city\n1,a,b\n2,a\n3,a,b,c\n4,a,b,\n5,,\n",
		"name,phone,note,vip\nAnn,+14155552601,,\nBob,+14155552602\nCyd,+14155552603\n",
		"name,phone,note\nAnn,+14155552601,first\nsecond\nBob,+14155552602\n",
		"phone,name\n1,\"a\nb\",\n2,\"a\nb\",c\n\"3\n4\"\n",
		"\ufeff\ufeff\"last, first\",\"phone\"\n\"Lee, Ann\",\"+14155552601\"\n",
		"name,phone\n\ufeff\"Lee, Ann\",1\n\ufeff\nBob,\ufeff\"2\"\n",
		"name,phone\nAnn,1\n\x1a",
		"name,phone\nAnn,1\x1a\r\n",
		"Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value\nHome Fax,1,Mobile,2\n,,Mobile,3\nMobile,4,,\n",
		"Phone 1,Phone 2,Country\n1,2,US\n,3,US\nNULL,4,DE\n",
		"phone,wa id,whatsapp id\n1,2,3\n,4,5\n",
		"phone,Unsubscribed,accepts sms marketing\n1,yes,no\n2,,\n",
		"phone,name,sent_import_line,sent_import_reason,sent_import_hint\n1,a,2,phone_invalid,x\n2,b,moved,x,y\n3,c,,,\n",
		"name,phone\n\"Ann \\\"Red\\\", Lee\",1\n\"5\\\"\",2\n\"a\\\\\",3\n",
		"sep=;\nname;phone\nAnn;1\n",
		"name,phone,x\nAnn,1\n2,y\n",
		"phone,note\n1,delete this cell when the row is repaired\n2,delete this cell when the row is repaired,\n",
		"Phone,Mobile,Home Phone\n1,2,3\n4,,5\n6,NULL,7\n",
	} {
		cases[text] = Options{Version: 1}
	}
	cases["1,a\n2\n3,b,\n"] = Options{Version: 1, NoHeader: true, PhoneColumns: []string{"1"}}
	cases["home,mobile\n1,2\n3,\n4,NULL\n5\n"] = Options{Version: 1, PhoneColumns: []string{"mobile", "home"}}
	return cases
}

// TestVersion1IsReadAsEver compares with what the program read when it had no other
// version: jobs that it planned are reported from their files again.
func TestVersion1IsReadAsEver(t *testing.T) {
	text, err := os.ReadFile("testdata/version1.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]string
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	if len(want) != len(versionCases()) {
		t.Errorf("got %d files in testdata, want %d", len(want), len(versionCases()))
	}
	for text, o := range versionCases() {
		if got := asVersion1(text, o); got != want[text] {
			t.Errorf("%q: got\n%s\nwant\n%s", text, got, want[text])
		}
	}
}

// asVersion1 is all that version 1 knew of a file.
func asVersion1(text string, o Options) string {
	got, err := readAll(text, o)
	var b strings.Builder
	fmt.Fprintf(&b, "header %q phone %v region %d delimiter %q failed %v\n", got.Header, got.Columns.PhoneIndex, got.Columns.RegionIndex, got.Dialect.Delimiter, err != nil)
	for _, row := range got.Rows {
		fmt.Fprintf(&b, "%d %d %q %q %q %s\n", row.Number, row.Line, row.Record, row.Phone, row.Region, row.Malformed)
	}
	return b.String()
}
