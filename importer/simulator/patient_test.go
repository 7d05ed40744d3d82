package simulator

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A patient client that follows the documented rules gets every number into the
// account exactly once through any weather, and its own count of what it created
// agrees with the truth. The test shows that the simulator is fair: its faults
// can all be survived.
func TestPatientClientAgreesWithTheTruth(t *testing.T) {
	for name, spec := range map[string]string{
		"lost answers":      "500-after:0.1,reset-after:0.1,hang-after=70s:0.02,cut-after:0.1,502-after:0.1",
		"lost requests":     "500:0.1,reset:0.1,hang=70s:0.02,503:0.1,504:0.1,429=3:0.1",
		"spoiled answers":   "wrongnumber:0.1,noid:0.1,empty-after:0.1,foreign-after:0.1,html:0.1",
		"slow":              "slow=70s:0.1,late=70s:0.1,inflight:0.2",
		"flapping":          "flap=5s/5s,500-after:0.1",
		"an outage":         "outage=100..180:reset,outage=200..230:hang=3s,service:0.1",
		"the reads as well": "500-after@all:0.3,cut-after@get:0.3,200@post:0.3",
	} {
		for _, algorithm := range []Algorithm{TokenBucket, FixedWindow, SlidingWindow} {
			t.Run(fmt.Sprint(name, " ", algorithm), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { runPatient(t, spec, algorithm) })
			})
		}
	}
}

func runPatient(t *testing.T, spec string, algorithm Algorithm) {
	t.Helper()
	plan, err := ParseFaults(spec)
	if err != nil {
		t.Fatal(err)
	}
	var numbers []string
	for i := range 120 {
		numbers = append(numbers, fmt.Sprintf("+1415555%04d", i))
	}
	s := New(Options{Faults: plan, Algorithm: algorithm, Existing: numbers[:10], Deleted: numbers[10:20]})
	rt, closePipe := Pipe(s)
	defer closePipe()
	c := patient{client: &http.Client{Transport: rt, Timeout: time.Minute}, created: map[string]bool{}}
	var workers sync.WaitGroup
	for worker := range 6 {
		workers.Go(func() {
			for i := worker; i < len(numbers); i += 6 {
				c.create(t, numbers[i])
			}
		})
	}
	workers.Wait()
	truth := s.Truth().ByPhone(defaultAccount, "")
	equal(t, "contacts", len(truth), len(numbers))
	for _, phone := range numbers {
		if got, want := c.created[phone], truth[phone].Commits == 1; got != want {
			t.Errorf("%s: the client says created %v, the truth has %d commits", phone, got, truth[phone].Commits)
		}
	}
}

// patient retries each creation with one key until it knows the outcome.
type patient struct {
	client  *http.Client
	mu      sync.Mutex
	created map[string]bool
}

func (p *patient) create(t *testing.T, phone string) {
	t.Helper()
	for range 200 {
		r, err := p.send(t, create(phone, "key_"+phone[1:]))
		switch {
		case err == nil && r.status/100 == 2 && r.contact.E164 == phone && uuidFormat.MatchString(r.contact.ID):
			p.settle(phone, true)
			return
		case err == nil && r.code() == "RESOURCE_007":
			// The answer of a success is remembered, so that a lost one comes
			// back as a replay: this is somebody else's contact.
			p.settle(phone, false)
			return
		case err == nil && r.status == http.StatusTooManyRequests:
			seconds, _ := strconv.Atoi(r.header.Get("Retry-After"))
			pass(time.Duration(seconds) * time.Second)
		default:
			pass(2 * time.Second)
		}
	}
	t.Errorf("%s: not settled after 200 attempts", phone)
}

func (p *patient) send(t *testing.T, c call) (result, error) {
	t.Helper()
	resp, err := p.client.Do(c.request(t, "http://sent.invalid"))
	if err != nil {
		return result{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return parse(resp.StatusCode, resp.Header, body), err
}

func (p *patient) settle(phone string, created bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.created[phone] = created
}
