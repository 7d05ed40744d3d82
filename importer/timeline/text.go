package timeline

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"
)

// stored is a timeline as it is kept. Its JSON may grow.
type stored struct {
	Width     int64      `json:"width"`      // seconds
	Slots     [][5]int64 `json:"slots"`      // each: index, requests, limited, milliseconds paused and of outage
	Outages   int        `json:"outages"`    //
	Latencies [][2]int   `json:"latencies"`  // each: bucket, answers
	Longest   int64      `json:"longest_ms"` //
}

// Text is the timeline as it is kept: some kilobytes at most. The same timeline gives the
// same text.
func (t *Timeline) Text() string {
	s := stored{Width: t.width, Outages: t.Outages, Longest: t.Latencies.Longest.Milliseconds()}
	for _, index := range slices.Sorted(maps.Keys(t.slots)) {
		slot := t.slots[index]
		s.Slots = append(s.Slots, [5]int64{index, int64(slot.Requests), int64(slot.Limited), slot.Paused.Milliseconds(), slot.Outage.Milliseconds()})
	}
	for bucket := 0; bucket <= lastBucket; bucket++ {
		if n := t.Latencies.buckets[bucket]; n > 0 {
			s.Latencies = append(s.Latencies, [2]int{bucket, n})
		}
	}
	text, err := json.Marshal(s)
	if err != nil {
		panic("timeline: " + err.Error()) // numbers can be marshalled
	}
	return string(text)
}

// errText says that a text is not that of a timeline.
var errText = errors.New("no timeline")

// Parse reads what Text has written; "" is an empty timeline.
func Parse(text string) (*Timeline, error) {
	t := new(Timeline)
	if text == "" {
		return t, nil
	}
	var s stored
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return t, err
	}
	if len(s.Slots) > 0 && !isWidth(s.Width) {
		return t, errText
	}
	read := Timeline{Outages: s.Outages, width: s.Width, slots: make(map[int64]Slot)}
	for _, v := range s.Slots {
		if slices.Min(v[1:]) < 0 {
			return t, errText
		}
		read.slots[v[0]] = Slot{Requests: int(v[1]), Limited: int(v[2]), Paused: milliseconds(v[3]), Outage: milliseconds(v[4])}
	}
	if len(read.slots) > 0 {
		indices := slices.Sorted(maps.Keys(read.slots))
		read.first, read.last = indices[0], indices[len(indices)-1]
	}
	if span := read.last - read.first; span >= mostSlots || span < 0 {
		return t, errText
	}
	for _, v := range s.Latencies {
		if v[0] < 0 || v[0] > lastBucket || v[1] < 0 {
			return t, errText
		}
		read.Latencies.merge(&Latencies{buckets: map[int]int{v[0]: v[1]}, count: v[1]})
	}
	read.Latencies.Longest = milliseconds(s.Longest)
	if len(read.slots) == 0 {
		read.slots = nil
	}
	return &read, nil
}

func isWidth(width int64) bool {
	for w := widths[0]; w <= width; w = wider(w) {
		if w == width {
			return true
		}
	}
	return false
}

func milliseconds(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
