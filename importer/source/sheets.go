package source

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"sent-import/importer/workbook"
)

// sheetRecords are the rows of a sheet of a workbook.
type sheetRecords struct {
	book        *workbook.Book
	rows        *workbook.Rows
	unpacked    *os.File // the workbook, if it is in a zip; nil if it is the file itself
	tab         tab      // the sheet
	compression string
	skip        int // rows before the header
	said        []string

	stream *bufio.Reader // the file, of size bytes, to be read along with the sheet
	size   int64
	passed int64

	width  int      // cells of the first row, or as many columns as the sheet says
	first  string   // how texts call the first row
	queue  []record // rows that ahead has read
	failed error    // after them
	line   int      // of the row that was read last
	hidden int64
}

// openSheet opens the workbook in an archive and chooses the sheet.
func openSheet(stream *bufio.Reader, zipped *archive, o Options) (*sheetRecords, error) {
	s := &sheetRecords{stream: stream, size: zipped.streamed, compression: zipped.compression, unpacked: zipped.unpacked, skip: o.SkipLines, first: o.firstRecord()}
	var err error
	if s.book, err = workbook.Open(zipped.files, zipped.size, workbook.Options{TempDir: o.TempDir}); err != nil {
		return nil, errors.Join(s.explain(err), s.close())
	}
	chosen, err := s.choose(o)
	if err == nil {
		s.tab = chosen
		s.rows, err = s.book.Rows(chosen.index)
	}
	if err != nil {
		return nil, errors.Join(s.explain(err), s.close())
	}
	return s, nil
}

// maxDeclared is how many columns a sheet is believed to have beyond those of its first
// row, by what it says of itself. Formats of whole columns make sheets that say more.
const maxDeclared = 256

// next returns the next row that is not blank. The first one decides how many cells a
// row has, with the columns beyond it that the sheet says that it uses: programs that
// save a sheet as CSV write those, too. A row that holds nothing in its last columns is
// filled up with blank cells.
func (s *sheetRecords) next() (record, error) {
	if len(s.queue) > 0 {
		rec := s.queue[0]
		s.queue = s.queue[1:]
		return rec, nil
	}
	if s.failed != nil {
		return record{}, s.failed
	}
	return s.read()
}

// ahead reads the first rows behind the header.
func (s *sheetRecords) ahead() [][]string {
	for len(s.queue) < maxAhead && s.failed == nil {
		rec, err := s.read()
		if s.failed = err; err == nil {
			s.queue = append(s.queue, rec)
		}
	}
	var rows [][]string
	for _, rec := range s.queue {
		if rec.malformed == "" {
			rows = append(rows, rec.cells)
		}
	}
	return rows
}

// sample returns no more: what is not read yet may be large.
func (s *sheetRecords) sample() [][]string { return s.ahead() }

func (s *sheetRecords) read() (record, error) {
	for {
		row, err := s.rows.Next()
		if err == io.EOF {
			return record{}, cmp.Or(s.book.Finish(), io.EOF)
		}
		if err != nil {
			return record{}, err
		}
		s.line = row.Number
		if row.Number <= s.skip || blankCells(row.Cells) {
			continue
		}
		if row.Hidden && s.width > 0 { // the header is no row that is imported
			s.hidden++
		}
		if s.width == 0 {
			if s.width = len(row.Cells); s.rows.Columns() <= s.width+maxDeclared {
				s.width = max(s.width, s.rows.Columns())
			}
		}
		rec, err := s.record(row)
		return rec, errors.Join(err, s.follow())
	}
}

func (s *sheetRecords) record(row workbook.Row) (record, error) {
	rec := record{line: row.Number, cells: row.Cells, malformed: row.Problem, unknown: row.Unsaved}
	if blankCells(rec.cells[min(len(rec.cells), s.width):]) {
		rec.cells = rec.cells[:min(len(rec.cells), s.width)]
	} else if rec.malformed == "" {
		rec.malformed = fmt.Sprintf("it has %s, and %s has %d", count(int64(len(rec.cells)), "cell"), s.first, s.width)
	}
	missing := max(0, s.width-len(rec.cells))
	if err := s.rows.Widened(missing); err != nil {
		return record{}, err
	}
	rec.cells = append(rec.cells, make([]string, missing)...)
	return rec, nil
}

func blankCells(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}

// follow reads the stream as far as the sheet has been read, by shares: its hash is
// taken on the way, and progress is shown by it.
func (s *sheetRecords) follow() error {
	due := int64(s.rows.Progress()*float64(s.size)) - s.passed
	if due < chunk {
		return nil
	}
	passed, err := io.CopyN(io.Discard, s.stream, due)
	s.passed += passed
	if err == io.EOF { // the file has become shorter
		return errZipDamaged()
	}
	return err
}

func (s *sheetRecords) expect(want shape) { s.width, s.first = want.width, want.first }

func (s *sheetRecords) merged(columns []int) (workbook.Merged, error) {
	return s.book.Merged(s.tab.index, columns)
}

func (s *sheetRecords) dialect() Dialect {
	return Dialect{Delimiter: ',', Encoding: "UTF-8", Compression: s.compression, Sheet: s.tab.sheet.Name}
}

func (s *sheetRecords) notices() []string {
	said := slices.Clone(s.said)
	if s.hidden > 0 {
		said = append(said, fmt.Sprintf("%s hidden in the sheet, by a filter for example: they are imported, too", isOrAre(s.hidden, "row")))
	}
	if n := s.rows.Unsaved(); n > 0 {
		said = append(said, fmt.Sprintf("%s no value stored with them: such cells are blank here, and in an opt-out column not understood; open the workbook in Excel or LibreOffice, and save it", hasOrHave(n, "formula")))
	}
	return said
}

func hasOrHave(n int64, thing string) string {
	if n == 1 {
		return count(n, thing) + " has"
	}
	return count(n, thing) + " have"
}

func isOrAre(n int64, thing string) string {
	if n == 1 {
		return count(n, thing) + " is"
	}
	return count(n, thing) + " are"
}

// explain adds the row. An error about the phone column becomes one about the rows above
// the header, if there may be some.
func (s *sheetRecords) explain(err error) error {
	var wrong *UsageError
	switch {
	case errors.As(err, &wrong) && wrong.noPhone && s.tab.header > 0:
		return usage("the first row of the sheet has no phone column, but %s", s.tab.titled())
	case errors.As(err, &wrong), errors.Is(err, ErrEmpty), errors.Is(err, ErrNotTable):
		return err
	case errors.Is(err, workbook.ErrDamaged):
		err = fmt.Errorf("%w; open it in Excel or LibreOffice, look whether all is there, and save it again as .xlsx", err)
	}
	if s.line > 0 {
		return fmt.Errorf("read sheet %s after row %d: %w", Shown(s.tab.sheet.Name), s.line, err)
	}
	return fmt.Errorf("read the workbook: %w", err)
}

func (s *sheetRecords) close() error {
	var err error
	if s.rows != nil {
		s.rows.Close()
	}
	if s.book != nil {
		err = s.book.Close()
	}
	if s.unpacked != nil {
		err = errors.Join(err, s.unpacked.Close())
	}
	return err
}
