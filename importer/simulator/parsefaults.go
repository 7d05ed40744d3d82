package simulator

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ParseFaults reads a fault plan from a text such as
//
//	500-after:0.02,reset-before:1%,429=30:0.01,outage=100..150
//
// Items are separated by commas, blanks around them are ignored:
//
//   - kind[-before|-after][=argument][@scope]:probability, one of [Kinds].
//     Without a suffix a kind that can come before and after the commit comes
//     before. The probability is a fraction or a percentage; the sum for one
//     operation is at most 1. The argument is the Delay of hang, slow and late
//     ("90s"), the Retry-After of 429 and 503 ("30", "-1", "soon", "date+30s",
//     "none"), status/code of error ("422/BUSINESS_099"), the Status of html
//     and bare ("403"), the Location of redirect, the Bytes of huge. The scope is post,
//     lookup, list, me, retrieve, update, delete, get or
//     all; without one creations and look-ups are hit.
//   - seed=N: the seed of the probabilities, 1 if none is given.
//   - attempts=N: the probabilities hit the first N attempts for a number only.
//   - outage=A..B[:fault]: requests number A to B, or with durations
//     ("30s..2m") the time since the start. Without a fault: 503@all.
//   - flap=UP[/DOWN][:fault]: up and down in turn; DOWN is UP if it is missing.
//
// Outages go before probabilities. The error quotes the item and shows one that works.
func ParseFaults(spec string) (FaultPlan, error) {
	p := faultSpec{seed: 1, rates: map[Fault]float64{}}
	for item := range strings.SplitSeq(spec, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		if err := p.add(item); err != nil {
			return nil, fmt.Errorf("fault %q: %w", item, err)
		}
	}
	if err := p.checkSums(); err != nil {
		return nil, err
	}
	return p.plan(), nil
}

// ParseFault reads one fault as [Fault.String] writes it: "500-after@post".
func ParseFault(text string) (Fault, error) {
	var f Fault
	text, scope, scoped := cutLast(text, "@")
	if scoped {
		var ok bool
		if f.On, ok = parseScope(scope); !ok {
			return Fault{}, fmt.Errorf("no scope %q; use post, lookup, list, me, retrieve, update, delete, get or all, as in 500-after@post", scope)
		}
	}
	name, argument, _ := strings.Cut(text, "=")
	if err := f.parseKind(name); err != nil {
		return Fault{}, err
	}
	return f, f.parseArgument(argument)
}

func (f *Fault) parseKind(name string) error {
	kind, side, sided := strings.Cut(name, "-")
	f.Kind = Kind(kind)
	if !slices.Contains(Kinds(), f.Kind) {
		return fmt.Errorf("no kind %q; use one of %v", kind, slices.Sorted(slices.Values(Kinds())))
	}
	if sided && side != "before" && side != "after" {
		return fmt.Errorf("%q is neither before nor after; write %s-before or %s-after", side, kind, kind)
	}
	f.After = side == "after"
	switch where := f.stage(); {
	case where == beforeOnly && f.After:
		return fmt.Errorf("%s says that nothing was executed; leave -after out", kind)
	case where == afterOnly && side == "before":
		return fmt.Errorf("%s needs an executed request; leave -before out", kind)
	case where != either:
		f.After = false
	}
	return nil
}

func (f *Fault) parseArgument(text string) error {
	if text == "" {
		return nil
	}
	var err error
	switch f.Kind {
	case Hang, Slow, Late:
		f.Delay, err = parseDelay(text)
	case TooMany, Unavailable:
		f.RetryAfter = text
	case Failure:
		err = f.parseFailure(text)
	case Page, Bare:
		f.Status, err = parseStatus(text, string(f.Kind)+"=403")
	case Redirect:
		f.Location = text
	case Huge:
		f.Bytes, err = strconv.ParseInt(text, 10, 64)
		if err != nil || f.Bytes <= 0 {
			err = fmt.Errorf("%q is no number of bytes; write huge=1000000", text)
		}
	default:
		err = fmt.Errorf("%s takes no argument; leave =%s out", f.Kind, text)
	}
	return err
}

func parseDelay(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%q is no positive duration; write 90s", text)
	}
	return d, nil
}

func (f *Fault) parseFailure(text string) error {
	status, code, _ := strings.Cut(text, "/")
	n, err := parseStatus(status, "error=422/BUSINESS_099")
	if err == nil {
		f.Status, f.Code = n, code
	}
	return err
}

func parseStatus(text, example string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 200 || n > 599 {
		return 0, fmt.Errorf("%q is no status from 200 to 599; write %s", text, example)
	}
	return n, nil
}

// faultSpec collects the items of a text.
type faultSpec struct {
	seed     uint64
	attempts int // 0: no limit
	rates    map[Fault]float64
	windows  []FaultPlan
}

func (p *faultSpec) add(item string) (err error) {
	name, value, _ := strings.Cut(item, "=")
	switch name {
	case "seed":
		p.seed, err = strconv.ParseUint(value, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is no whole number; write seed=7", value)
		}
		return nil
	case "attempts":
		p.attempts, err = strconv.Atoi(value)
		if err != nil || p.attempts < 1 {
			return fmt.Errorf("%q is no number of attempts; write attempts=2", value)
		}
		return nil
	case "outage":
		return p.addOutage(value)
	case "flap":
		return p.addFlap(value)
	}
	return p.addRate(item)
}

func (p *faultSpec) addRate(item string) error {
	text, share, ok := cutLast(item, ":")
	if !ok {
		return fmt.Errorf("has no probability; write %s:0.01", item)
	}
	f, err := ParseFault(text)
	if err != nil {
		return err
	}
	rate, err := parseShare(share)
	p.rates[f] += rate
	return err
}

// parseShare reads 0.02 or 2%.
func parseShare(text string) (float64, error) {
	digits, percent := strings.CutSuffix(text, "%")
	v, err := strconv.ParseFloat(digits, 64)
	if percent {
		v /= 100
	}
	if err != nil || !(v >= 0 && v <= 1) {
		return 0, fmt.Errorf("%q is no probability from 0 to 1; write 0.02 or 2%%", text)
	}
	return v, nil
}

func (p *faultSpec) addOutage(value string) error {
	window, f, err := parseWindow(value)
	if err != nil {
		return err
	}
	from, until, ok := strings.Cut(window, "..")
	first, err1 := strconv.ParseUint(from, 10, 64)
	last, err2 := strconv.ParseUint(until, 10, 64)
	if ok && err1 == nil && err2 == nil && first <= last {
		p.windows = append(p.windows, Between(first, last, f))
		return nil
	}
	begin, err1 := time.ParseDuration(from)
	end, err2 := time.ParseDuration(until)
	if !ok || err1 != nil || err2 != nil || begin >= end {
		return fmt.Errorf("%q is no window; write outage=100..150 or outage=30s..2m", window)
	}
	p.windows = append(p.windows, During(begin, end, f))
	return nil
}

func (p *faultSpec) addFlap(value string) error {
	times, f, err := parseWindow(value)
	if err != nil {
		return err
	}
	upText, downText, both := strings.Cut(times, "/")
	if !both {
		downText = upText
	}
	up, err := parseDelay(upText)
	if err != nil {
		return err
	}
	down, err := parseDelay(downText)
	if err != nil {
		return err
	}
	p.windows = append(p.windows, Flapping(up, down, f))
	return nil
}

// parseWindow splits off the fault after the last colon; an outage hits all
// operations unless a scope is given.
func parseWindow(value string) (string, Fault, error) {
	window, text, ok := strings.Cut(value, ":")
	f := Fault{Kind: Unavailable}
	if ok {
		var err error
		if f, err = ParseFault(text); err != nil {
			return "", Fault{}, err
		}
	}
	if f.On == 0 {
		f.On = onAll
	}
	return window, f, nil
}

func (p *faultSpec) checkSums() error {
	for _, op := range []Operation{Create, Lookup, List, Me, Retrieve, Update, Delete} {
		sum := 0.0
		for f, rate := range p.rates {
			if f.On.covers(op) {
				sum += rate
			}
		}
		// The slack is for sums such as ten times 0.1.
		if sum > 1+1e-9 {
			return fmt.Errorf("the probabilities for %s add up to %.3g; lower them to 1 or less", op, sum)
		}
	}
	return nil
}

func (p *faultSpec) plan() FaultPlan {
	random := Random(p.seed, p.rates)
	if p.attempts > 0 {
		random = FirstAttempts(p.attempts, random)
	}
	return First(append(p.windows, random)...)
}

// cutLast is strings.Cut around the last separator: URLs and dates have colons.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
