package sqlite

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/printable"
)

// The layout of a write-ahead log: a header, then frames of a header and a
// page each (https://www.sqlite.org/fileformat.html, section 4).
const (
	walHeaderBytes   = 32
	frameHeaderBytes = 24
	walMagic         = 0x377f0682 // the lowest bit is set if checksums are big-endian
	minPageBytes     = 512
	maxPageBytes     = 65536
)

// checkWAL looks for damage inside the write-ahead log. SQLite takes the first frame
// with a wrong checksum for the end of the log. That is right after a power loss, when
// the last transaction may be half written. It is wrong for a log that was damaged
// later: transactions that were acknowledged would be lost silently.
//
// What follows the frame distinguishes the two: a transaction begins only when the one
// before is synced, so no two whole transactions can follow a torn one. Damage in the
// last two transactions, and a log that was cut, look like a power loss.
func checkWAL(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if err := scanWAL(bufio.NewReaderSize(f, maxPageBytes)); err != nil {
		return fmt.Errorf("%s: %w", printable.Path(path), err)
	}
	return nil
}

var errWAL = fmt.Errorf("%w: its log is broken before its end", storage.ErrDamaged)

func scanWAL(r io.Reader) error {
	var h [walHeaderBytes]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return atEnd(err)
	}
	if h == [walHeaderBytes]byte{} { // created, and the power lost before the header was synced
		return onlyZeros(r)
	}
	magic, pageBytes := binary.BigEndian.Uint32(h[0:]), binary.BigEndian.Uint32(h[8:])
	s := walScanner{salts: [8]byte(h[16:24]), last: readSum(h[24:])}
	if s.order = binary.LittleEndian; magic&1 == 1 {
		s.order = binary.BigEndian
	}
	if magic&^1 != walMagic || pageBytes < minPageBytes || pageBytes > maxPageBytes || (walSum{}).add(s.order, h[:24]) != s.last {
		return errWAL
	}
	frame := make([]byte, frameHeaderBytes+pageBytes)
	for {
		if _, err := io.ReadFull(r, frame); err != nil {
			return atEnd(err)
		}
		if err := s.next(frame); err != nil {
			return err
		}
	}
}

// walScanner checks the frames of a log in their order.
type walScanner struct {
	order  binary.ByteOrder
	salts  [8]byte // of this round of the log; frames of earlier rounds have others
	last   walSum  // as written in the frame before
	broken bool    // a frame did not follow the one before
	whole  int     // transactions that ended since then, in an unbroken row
}

func (s *walScanner) next(frame []byte) error {
	sum := s.last.add(s.order, frame[:8]).add(s.order, frame[frameHeaderBytes:])
	s.last = readSum(frame[16:])
	if !bytes.Equal(frame[8:16], s.salts[:]) || sum != s.last {
		s.broken, s.whole = true, 0
		return nil
	}
	ends := binary.BigEndian.Uint32(frame[4:]) != 0 // the database's pages after the transaction
	if s.broken && ends {
		s.whole++
	}
	if s.whole > 1 {
		return errWAL
	}
	return nil
}

// walSum is the running checksum of a log.
type walSum [2]uint32

func readSum(b []byte) walSum {
	return walSum{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])}
}

// add adds data, whose length is a multiple of 8.
func (s walSum) add(order binary.ByteOrder, data []byte) walSum {
	for ; len(data) >= 8; data = data[8:] {
		s[0] += order.Uint32(data) + s[1]
		s[1] += order.Uint32(data[4:]) + s[0]
	}
	return s
}

// atEnd turns the end of the log, in the middle of a frame too, into nil.
func atEnd(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

func onlyZeros(r io.Reader) error {
	buf := make([]byte, maxPageBytes)
	for {
		n, err := r.Read(buf)
		if len(bytes.Trim(buf[:n], "\x00")) > 0 {
			return errWAL
		}
		if err != nil {
			return atEnd(err)
		}
	}
}

// checkWALLocked checks the log again while no process can write to it: what looked
// like damage may have been another process in the middle of a write.
func checkWALLocked(db *sql.DB, path string) (err error) {
	conn, err := db.Conn(background())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(background(), "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err = checkWAL(path)
	_, rollback := conn.ExecContext(background(), "ROLLBACK")
	return errors.Join(err, rollback)
}
