package phone

import (
	"flag"
	"maps"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"sent-import/importer/testenv"
)

var (
	manyNumbers = flag.Int("phone.numbers", testenv.Size(45_000, 3_000), "numbers for which TestAutomatonAgreesWithTheLibrary compares")
	firstNumber = flag.Uint64("phone.seed", 14, "the seed of these numbers")
)

var libraryTypes = map[phonenumbers.PhoneNumberType]Type{
	phonenumbers.MOBILE: Mobile, phonenumbers.FIXED_LINE: FixedLine, phonenumbers.FIXED_LINE_OR_MOBILE: FixedLineOrMobile,
	phonenumbers.TOLL_FREE: TollFree, phonenumbers.PREMIUM_RATE: PremiumRate, phonenumbers.SHARED_COST: SharedCost,
	phonenumbers.VOIP: VoIP, phonenumbers.PERSONAL_NUMBER: PersonalNumber, phonenumbers.PAGER: Pager,
	phonenumbers.UAN: UAN, phonenumbers.VOICEMAIL: Voicemail,
}

// byLibrary is what the library says about a number, within the lengths of E.164: its
// region and its type, if it is valid, and whether it has too few or too many digits.
func byLibrary(n number) (want number, ok bool, length fit) {
	pn, digits := n.proto(), len(strconv.Itoa(n.code))+len(n.nsn)
	if ok = phonenumbers.IsValidNumber(pn) && digits >= minDigits && digits <= maxDigits; ok {
		n.region, n.kind = phonenumbers.GetRegionCodeForNumber(pn), libraryTypes[phonenumbers.GetNumberType(pn)]
	}
	switch reason := phonenumbers.IsPossibleNumberWithReason(pn); {
	case digits < minDigits:
		length = tooFew
	case digits > maxDigits:
		length = tooMany
	case reason == phonenumbers.TOO_SHORT || reason == phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		length = tooFew
	case reason == phonenumbers.TOO_LONG:
		length = tooMany
	}
	return n, ok, length
}

func checkByLibrary(t *testing.T, n number) (valid bool) {
	t.Helper()
	want, wantOK, length := byLibrary(n)
	got, ok := n.validated()
	if got != want || ok != wantOK || n.fit() != length {
		t.Errorf("+%d %s: got %+v, %t, length %d, want %+v, %t, %d as the library says", n.code, n.nsn, got, ok, n.fit(), want, wantOK, length)
	}
	return ok
}

// TestAutomatonAgreesWithTheLibrary compares walks through the automata, examples of the
// library and random digits, most of them changed a little, of every calling code.
func TestAutomatonAgreesWithTheLibrary(t *testing.T) {
	workers := runtime.GOMAXPROCS(0)
	valid := make([]int, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			maker := newNumberMaker(*firstNumber, uint64(w))
			for range *manyNumbers / workers {
				if checkByLibrary(t, maker.number()) {
					valid[w]++
				}
			}
		})
	}
	wg.Wait()
	total, good := *manyNumbers/workers*workers, 0
	for _, n := range valid {
		good += n
	}
	t.Logf("compared %d numbers of %d calling codes, %d of them valid", total, len(callingCodes()), good)
	if good < total/4 || good > total*3/4 {
		t.Errorf("%d of %d numbers are valid: the comparison should have many of both kinds", good, total)
	}
}

// The automata have numbers of every type, and those of all calling codes together are
// small.
func TestAutomataAreWholeAndSmall(t *testing.T) {
	states, most, types := 0, 0, make(map[Type]bool)
	for _, code := range callingCodes() {
		a := loadPlans().byCode[code].ranges().numbers
		states, most = states+len(a.states), max(most, len(a.states))
		for _, s := range a.states {
			types[verdictTypes[s.is.kind]] = true
		}
	}
	bytes := states * int(reflect.TypeFor[state]().Size())
	t.Logf("%d states in %d KiB, at most %d for one calling code", states, bytes>>10, most)
	if bytes > 512<<10 {
		t.Errorf("got %d states in %d KiB, want them in 512 KiB", states, bytes>>10)
	}
	if len(types) != len(verdictTypes) {
		t.Errorf("got numbers of the types %v, want them of %v", slices.Collect(maps.Keys(types)), verdictTypes)
	}
}

func FuzzAutomaton(f *testing.F) {
	f.Add(uint16(1), "4155552671")
	f.Add(uint16(44), "7900900123")
	f.Add(uint16(39), "0669812345")
	f.Add(uint16(7), "7710009998")
	f.Add(uint16(358), "18123456")
	f.Add(uint16(800), "12345678")
	f.Fuzz(func(t *testing.T, code uint16, digits string) {
		codes := callingCodes()
		digits = digitsOf(digits)
		if loadPlans().byCode[code%1000] == nil {
			code = uint16(codes[int(code)%len(codes)])
		}
		if len(digits) > 0 && len(digits) <= maxNational {
			checkByLibrary(t, newNumber(int(code%1000), digits))
		}
	})
}

// numberMaker makes numbers to compare: the same ones for the same seeds.
type numberMaker struct {
	rnd      *rand.Rand
	codes    []int
	examples []number
}

// callingCodes are all of them, in ascending order.
var callingCodes = sync.OnceValue(func() []int {
	return slices.Sorted(maps.Keys(phonenumbers.GetSupportedCallingCodes()))
})

func newNumberMaker(seed, stream uint64) *numberMaker {
	m := &numberMaker{rnd: rand.New(rand.NewPCG(seed, stream)), codes: callingCodes()}
	for _, e := range examples() {
		m.examples = append(m.examples, newNumber(int(e.pn.GetCountryCode()), phonenumbers.GetNationalSignificantNumber(e.pn)))
	}
	return m
}

func (m *numberMaker) number() number {
	code := m.codes[m.rnd.IntN(len(m.codes))]
	switch kind := m.rnd.IntN(10); {
	case kind < 3:
		n := m.examples[m.rnd.IntN(len(m.examples))]
		return newNumber(n.code, m.changed(n.nsn))
	case kind < 4:
		return newNumber(code, m.digits(1+m.rnd.IntN(maxNational)))
	}
	return newNumber(code, m.changed(m.walk(loadPlans().byCode[code].ranges().numbers)))
}

// walk returns digits that lead to a number: in the end none can follow, or half of the
// time some could.
func (m *numberMaker) walk(a *automaton) string {
	var b strings.Builder
	for at := a.start; ; {
		s := a.states[at]
		live := slices.DeleteFunc(slices.Clone(s.next[:]), func(to uint16) bool { return to == 0 })
		if len(live) == 0 || s.is.kind != 0 && m.rnd.IntN(2) == 0 {
			return b.String()
		}
		digit := m.rnd.IntN(10)
		for s.next[digit] == 0 {
			digit = (digit + 1) % 10
		}
		b.WriteByte('0' + byte(digit))
		at = s.next[digit]
	}
}

// changed returns the digits as they are, or with one more, less, other or exchanged, or
// with other digits at the end.
func (m *numberMaker) changed(nsn string) string {
	at, digit := m.rnd.IntN(len(nsn)), m.digits(1)
	switch m.rnd.IntN(12) {
	case 0:
		if len(nsn) < maxNational {
			return nsn[:at] + digit + nsn[at:]
		}
	case 1:
		if len(nsn) > 1 {
			return nsn[:at] + nsn[at+1:]
		}
	case 2, 3, 4:
		return nsn[:at] + digit + nsn[at+1:]
	case 5:
		if at > 0 {
			return nsn[:at-1] + nsn[at:at+1] + nsn[at-1:at] + nsn[at+1:]
		}
	case 6, 7:
		return nsn[:at] + m.digits(len(nsn)-at)
	}
	return nsn
}

func (m *numberMaker) digits(n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte('0' + byte(m.rnd.IntN(10)))
	}
	return b.String()
}
