package source

// record is what the scanner returns: the cells of a row, or of a damaged row
// its first line.
type record struct {
	line      int // first physical line
	cells     []string
	malformed string // see Row.Malformed
	spans     bool   // a cell of it holds a line break
	short     bool   // it has fewer cells than it must have, in one piece
	end       int64  // bytes of text up to its end
	unknown   []int  // columns, from 0, whose cell is blank because its value was not stored
}
