package timeline

import (
	"math"
	"time"
)

const (
	// growth is how much longer the answers of a bucket took than those of the one before
	// it: a percentile is right to 5 %.
	growth = 1.1
	// lastBucket is for answers that took 67 minutes or more: no request may take as long.
	lastBucket = 160
)

// Latencies count answers by how long they took, in buckets. The zero value is ready.
type Latencies struct {
	Longest time.Duration

	buckets map[int]int
	count   int
}

// Add counts an answer.
func (l *Latencies) Add(took time.Duration) {
	if l.buckets == nil {
		l.buckets = make(map[int]int)
	}
	bucket := 0
	if ms := float64(took) / float64(time.Millisecond); ms > 1 {
		bucket = min(lastBucket, 1+int(math.Log(ms)/math.Log(growth)))
	}
	l.buckets[bucket]++
	l.count++
	l.Longest = max(l.Longest, took)
}

func (l *Latencies) merge(o *Latencies) {
	if l.buckets == nil {
		l.buckets = make(map[int]int)
	}
	for bucket, n := range o.buckets {
		l.buckets[bucket] += n
	}
	l.count += o.count
	l.Longest = max(l.Longest, o.Longest)
}

// Count is how many answers there were.
func (l *Latencies) Count() int { return l.count }

// Percentile is how long the fastest p percent of the answers took at most, to 5 %; 0
// where there was none.
func (l *Latencies) Percentile(p int) time.Duration {
	need := (l.count*p + 99) / 100
	for bucket := 0; bucket <= lastBucket; bucket++ {
		need -= l.buckets[bucket]
		if need <= 0 && l.count > 0 {
			return min(l.Longest, middle(bucket))
		}
	}
	return 0
}

// middle is how long the answers of a bucket took, as far as it tells.
func middle(bucket int) time.Duration {
	if bucket == 0 {
		return time.Millisecond
	}
	return time.Duration(math.Pow(growth, float64(bucket)-0.5) * float64(time.Millisecond))
}
