package simulator

import (
	"strings"
	"testing"
	"time"
)

func TestParseFault(t *testing.T) {
	for text, want := range map[string]Fault{
		"500":                             {Kind: Internal},
		"500-after":                       {Kind: Internal, After: true},
		"reset-before@post":               {Kind: Reset, On: OnCreate},
		"hang-after=90s":                  {Kind: Hang, After: true, Delay: 90 * time.Second},
		"429=-1":                          {Kind: TooMany, RetryAfter: "-1"},
		"429-before=date+30s@all":         {Kind: TooMany, RetryAfter: "date+30s", On: onAll},
		"503=120":                         {Kind: Unavailable, RetryAfter: "120"},
		"error-after=422/BUSINESS_099":    {Kind: Failure, After: true, Status: 422, Code: "BUSINESS_099"},
		"error=500":                       {Kind: Failure, Status: 500},
		"redirect=https://x.invalid:1/?a": {Kind: Redirect, Location: "https://x.invalid:1/?a"},
		"huge=1000@lookup":                {Kind: Huge, Bytes: 1000, On: OnLookup},
		"wrongnumber-after":               {Kind: WrongNumber},
		"slow=1m0s@get":                   {Kind: Slow, Delay: time.Minute, On: OnLookup | OnList | OnMe | OnRetrieve},
	} {
		t.Run(text, func(t *testing.T) {
			got, err := ParseFault(text)
			if err != nil || got != want {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
			if again, err := ParseFault(got.String()); err != nil || again != got {
				t.Errorf("its own text %q: got %+v, %v", got, again, err)
			}
		})
	}
}

func TestParseFaultsRefuses(t *testing.T) {
	for spec, word := range map[string]string{
		"500":               "write 500:0.01",
		"500:2":             "write 0.02 or 2%",
		"500:NaN":           "write 0.02 or 2%",
		"500:-1%":           "write 0.02 or 2%",
		"600:0.1":           "use one of",
		"500-during:0.1":    "500-before",
		"429-after:0.1":     "leave -after out",
		"noid-before:0.1":   "leave -before out",
		"500@put:0.1":       "use post, lookup",
		"500=7:0.1":         "leave =7 out",
		"hang=soon:0.1":     "write 90s",
		"slow=-1s:0.1":      "write 90s",
		"huge=big:0.1":      "write huge=1000000",
		"error=99/X:0.1":    "write error=422",
		"seed=x":            "write seed=7",
		"attempts=0":        "write attempts=2",
		"outage=5":          "write outage=100..150",
		"outage=9..5":       "write outage=100..150",
		"outage=9s..5s":     "write outage=100..150",
		"outage=1..5:bang":  "use one of",
		"flap=0s":           "write 90s",
		"flap=1s/x":         "write 90s",
		"flap=1s:bang":      "use one of",
		"500:0.6,reset:50%": "add up to 1.1",
	} {
		t.Run(spec, func(t *testing.T) {
			plan, err := ParseFaults(spec)
			if err == nil || plan != nil {
				t.Fatal("got a plan, want an error")
			}
			if !strings.Contains(err.Error(), word) {
				t.Errorf("error: got %q, want %q in it", err, word)
			}
		})
	}
}

func TestParseFaultsGivesThePlan(t *testing.T) {
	request := Request{Ordinal: 1, Operation: Create, Phone: alice, Attempt: 1}
	for _, c := range []struct {
		name, spec string
		change     func(*Request)
		want       string
	}{
		{"nothing", "", nil, "none"},
		{"blanks", " 500-after:100% , ", nil, "500-after"},
		{"all sums up", "500:0.5,reset:0.5", func(r *Request) { r.Operation = Me }, "none"},
		{"first attempts", "500:1,attempts=2", func(r *Request) { r.Attempt = 2 }, "500-before"},
		{"then no more", "500:1,attempts=2", func(r *Request) { r.Attempt = 3 }, "none"},
		{"outage by request", "outage=100..150", func(r *Request) { r.Ordinal = 150; r.Operation = Me }, "503-before@all"},
		{"before it", "outage=100..150", func(r *Request) { r.Ordinal = 99 }, "none"},
		{"outage by time", "outage=30s..2m:reset@post", func(r *Request) { r.Since = time.Minute }, "reset-before@post"},
		{"other operation", "outage=30s..2m:reset@post", func(r *Request) { r.Since = time.Minute; r.Operation = Lookup }, "none"},
		{"flapping down", "flap=5s", func(r *Request) { r.Since = 7 * time.Second }, "503-before@all"},
		{"flapping up again", "flap=5s/10s:502", func(r *Request) { r.Since = 16 * time.Second }, "none"},
		{"outage goes first", "reset:1,outage=1..1:502", nil, "502-before@all"},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan, err := ParseFaults(c.spec)
			if err != nil {
				t.Fatal(err)
			}
			r := request
			if c.change != nil {
				c.change(&r)
			}
			equal(t, "fault", plan(r).String(), c.want)
		})
	}
}

func TestSeedChangesThePlan(t *testing.T) {
	first, err1 := ParseFaults("500:0.5,seed=1")
	second, err2 := ParseFaults("500:0.5,seed=2")
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	same := 0
	for attempt := range 100 {
		r := Request{Operation: Create, Phone: alice, Attempt: attempt + 1}
		if first(r) == second(r) {
			same++
		}
	}
	if same < 25 || same > 75 {
		t.Errorf("decisions alike: got %d of 100, want about 50", same)
	}
}

func FuzzParseFaults(f *testing.F) {
	for _, spec := range []string{"500-after:0.02,reset-before:1%", "outage=1..5:hang=3s@get,flap=5s/1s", "429=date+30s:0.1,seed=3", "@:1", "huge=:1"} {
		f.Add(spec)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		plan, err := ParseFaults(spec)
		if (plan == nil) != (err != nil) {
			t.Fatalf("plan %v and error %v", plan == nil, err)
		}
		if err == nil {
			plan(Request{Ordinal: 3, Operation: Create, Phone: alice, Attempt: 1})
		}
	})
}

func FuzzParseFault(f *testing.F) {
	for _, text := range []string{"500-after@post", "hang=90s", "error=422/X@get", "429=soon"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fault, err := ParseFault(text)
		if err != nil {
			return
		}
		if again, err := ParseFault(fault.String()); err != nil || again != fault {
			t.Errorf("%q: got %+v, and from its text %q %+v, %v", text, fault, fault, again, err)
		}
	})
}
