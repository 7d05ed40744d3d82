package outcome

// ByReason is the number of rows with each [Reason]; a reason without rows has no entry,
// or 0.
type ByReason map[Reason]int

// Counts is the number of rows in each class.
func (b ByReason) Counts() Counts {
	var c Counts
	for reason, n := range b {
		c.Add(reason.Status(), n)
	}
	return c
}

// ToRepair is how many rows are invalid and need somebody: not those of people who
// opted out, of whom nothing is wanted.
func (b ByReason) ToRepair() int { return b.Counts().Invalid - b[OptedOut] }
