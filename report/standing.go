package report

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/phone"
	"sent-import/importer/timeline"
)

// standing are the files of rows of the report that is in a directory, and what was counted
// in them. The marker keeps it; like these files, it holds cells of the user's.
type standing struct {
	Basis  string     `json:"basis"` // see Input
	Digest keptDigest `json:"digest"`
	Files  []File     `json:"files"`
}

// keptDigest is a Digest as the marker has it.
type keptDigest struct {
	Counts  outcome.Counts                `json:"counts"`
	OnlyCSV OnlyCSV                       `json:"only_csv"`
	Groups  []Group                       `json:"groups"`
	Hands   []Hand                        `json:"hands"`
	Numbers map[string]map[phone.Type]int `json:"numbers"` // by region and type
	Times   string                        `json:"times"`   // the timeline of settled rows, without these
	Settled map[int64]int                 `json:"settled"` // rows by the Unix time of their interval
}

func keepDigest(d Digest) keptDigest {
	settled := make(map[int64]int)
	for _, at := range d.settled.Intervals() {
		if at.Was.Settled > 0 {
			settled[at.Start.Unix()] = at.Was.Settled
		}
	}
	numbers := make(map[string]map[phone.Type]int)
	for k, count := range d.numbers.counts {
		if numbers[k.region] == nil {
			numbers[k.region] = make(map[phone.Type]int)
		}
		numbers[k.region][k.kind] = *count
	}
	return keptDigest{d.Counts, d.OnlyCSV, d.Groups, d.Hands, numbers, d.settled.Text(), settled}
}

func (k keptDigest) digest() (Digest, error) {
	settled, err := timeline.Parse(k.Times)
	if err != nil {
		return Digest{}, err
	}
	for at, rows := range k.Settled {
		settled.Add(time.Unix(at, 0), timeline.Slot{Settled: rows})
	}
	n := numbers{counts: make(map[kindOf]*int)}
	for region, types := range k.Numbers {
		for kind, count := range types {
			n.counts[kindOf{region, kind}] = &count
			n.all += count
		}
	}
	return Digest{k.Counts, k.OnlyCSV, k.Groups, k.Hands, n, *settled}, nil
}

// Refresh finishes the report whose rows stand in the place already. It does so where a report
// of the same basis was written here (see [Input]), and all its files of rows are to the byte
// as they were written: these stay, and only what tells about the run is written anew. To
// read a million rows, and to write them seven times, takes seconds; to compare the sums a
// part of one. done is false where nothing was done, since the rows have to be written.
func (p *Place) Refresh(ctx context.Context, s Summary, in Input) (f Files, d Digest, done bool, err error) {
	m := readMarker(p.dir)
	if in.Basis == "" || m.Standing == nil || m.Standing.Basis != in.Basis || !m.stands(p.dir, in.Path) {
		return f, d, false, nil
	}
	digest, err := m.Standing.Digest.digest()
	if err != nil { // the marker is damaged
		return f, d, false, nil
	}
	draft := &Draft{place: p, stage: &stage{dir: p.dir, receipt: m.Receipt}, digest: digest}
	draft.stage.sweep()
	draft.stage.stay(m.Standing.Files)
	defer draft.Discard()
	f, d, err = draft.Finish(ctx, s, in)
	return f, d, !errors.Is(err, ErrContactsDiffer), err // another command has just replaced what was to stay
}

// stands reports whether all files of rows are there as they were written, and none is the
// input, which a report never has under the name of a file of its own.
func (m marker) stands(dir, input string) bool {
	stands := make([]bool, len(m.Standing.Files))
	var pool sync.WaitGroup
	for i, f := range m.Standing.Files {
		pool.Go(func() { stands[i] = !sameFile(filepath.Join(dir, f.Name), input) && m.has(dir, f) })
	}
	pool.Wait()
	return len(stands) > 0 && !slices.Contains(stands, false)
}
