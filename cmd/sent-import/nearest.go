package main

// nearest is the word of the list that takes the fewest changes to come from name; "" if
// even that takes more than a third of its letters, and more than one.
func nearest(name string, words []string) (best string) {
	fewest := max(1, len(name)/3) + 1
	for _, word := range words {
		if d := distance(name, word); d < fewest {
			best, fewest = word, d
		}
	}
	return best
}

// distance is how many bytes have to be put in, left out or exchanged to make b of a
// (Levenshtein's distance).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			exchange := before
			if a[i] != b[j] {
				exchange++
			}
			before = row[j+1]
			row[j+1] = min(exchange, before+1, row[j]+1)
		}
	}
	return row[len(b)]
}
