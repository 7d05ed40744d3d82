package sqlite

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"sent-import/importer/ledger/storage"
)

// testFrame is a frame of a log before it is sealed.
type testFrame struct {
	ends bool // a transaction
	torn bool // written wrong
}

// writeLog builds a log as SQLite writes it: one round with the salts.
func writeLog(order binary.ByteOrder, salts string, frames []testFrame) []byte {
	const pageBytes = minPageBytes
	h := make([]byte, walHeaderBytes)
	magic := uint32(walMagic)
	if order == binary.BigEndian {
		magic++
	}
	binary.BigEndian.PutUint32(h, magic)
	binary.BigEndian.PutUint32(h[4:], 3007000)
	binary.BigEndian.PutUint32(h[8:], pageBytes)
	copy(h[16:24], salts)
	sum := walSum{}.add(order, h[:24])
	putSum(h[24:], sum)
	for i, f := range frames {
		frame := make([]byte, frameHeaderBytes+pageBytes)
		binary.BigEndian.PutUint32(frame, uint32(i+1))
		if f.ends {
			binary.BigEndian.PutUint32(frame[4:], 9)
		}
		copy(frame[8:16], salts)
		frame[frameHeaderBytes+i] = 7
		sum = sum.add(order, frame[:8]).add(order, frame[frameHeaderBytes:])
		putSum(frame[16:], sum)
		if f.torn {
			clear(frame[frameHeaderBytes:])
		}
		h = append(h, frame...)
	}
	return h
}

func putSum(b []byte, s walSum) {
	binary.BigEndian.PutUint32(b, s[0])
	binary.BigEndian.PutUint32(b[4:], s[1])
}

func TestScanWAL(t *testing.T) {
	page, end, torn := testFrame{}, testFrame{ends: true}, testFrame{torn: true}
	tornEnd := testFrame{ends: true, torn: true}
	now := func(frames ...testFrame) []byte { return writeLog(binary.LittleEndian, "saltsalt", frames) }
	// leftover is what is behind the end of this round, from an earlier one.
	leftover := func(salts string, frames ...testFrame) []byte {
		return writeLog(binary.LittleEndian, salts, frames)[walHeaderBytes:]
	}
	for _, c := range []struct {
		name string
		log  []byte
		want error
	}{
		{"nothing", nil, nil},
		{"half a head", now()[:10], nil},
		{"only a head", now(), nil},
		{"whole", now(page, end, end, page, page, end), nil},
		{"whole, big-endian", writeLog(binary.BigEndian, "saltsalt", []testFrame{page, end, end}), nil},
		{"broken, big-endian", writeLog(binary.BigEndian, "saltsalt", []testFrame{torn, end, end}), errWAL},
		{"an unfinished transaction", now(page, end, page), nil},
		{"the last transaction torn", now(end, torn, page, end), nil},
		{"the last transaction's end torn", now(end, page, page, tornEnd), nil},
		{"one whole one behind", now(end, tornEnd, end), nil},
		{"two whole ones behind", now(end, torn, end, page, end), errWAL},
		{"three ends behind", now(end, tornEnd, end, end), errWAL},
		{"the first frame torn", now(tornEnd, end, end), errWAL},
		{"cut in a frame", now(end, end, end)[:walHeaderBytes+700], nil},
		{"an earlier round behind", append(now(end, end), leftover("saltsal0", end, end, end)...), nil},
		{"a torn end, and an earlier round behind", append(now(end, tornEnd), leftover("saltsal0", end, end, end)...), nil},
		{"a torn end, and one that was torn before behind", append(now(end, torn, end), leftover("saltsalt", page, end)...), nil},
		{"another magic", append([]byte("garb"), now(end)[4:]...), errWAL},
		{"another checksum of the head", append(append(now()[:24:24], "12345678"...), now(end)[walHeaderBytes:]...), errWAL},
		{"zeros", make([]byte, 10_000), nil},
		{"zeros for the head", append(make([]byte, walHeaderBytes), now(end)[walHeaderBytes:]...), errWAL},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := scanWAL(bytes.NewReader(c.log)); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// TestScanWALFails: an error of the disk is not damage.
func TestScanWALFails(t *testing.T) {
	disk := errors.New("disk")
	log := writeLog(binary.LittleEndian, "saltsalt", []testFrame{{}, {ends: true}})
	for _, whole := range [][]byte{log, make([]byte, 5000)} {
		for n := range len(whole) / 100 {
			r := io.MultiReader(bytes.NewReader(whole[:n*100]), failingReader{disk})
			if err := scanWAL(r); !errors.Is(err, disk) || errors.Is(err, storage.ErrDamaged) {
				t.Fatalf("after %d bytes: got %v, want %v", n*100, err, disk)
			}
		}
	}
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

// TestCheckWALLocked checks logs while the writer's lock is held.
func TestCheckWALLocked(t *testing.T) {
	dir := t.TempDir()
	db := openTest(t, dir)
	for n := range 6 {
		must(t, "Write", storage.Write(db, insert(n)))
	}
	for _, c := range []struct {
		name string
		edit func(log string) error
		want error
	}{
		{"none", os.Remove, nil},
		{"whole", func(string) error { return nil }, nil},
		{"broken", func(log string) error {
			data, err := os.ReadFile(log)
			must(t, "ReadFile", err)
			data[walHeaderBytes+frameHeaderBytes+200] ^= 1
			return os.WriteFile(log, data, 0o600)
		}, storage.ErrDamaged},
	} {
		to := t.TempDir()
		copyTo(t, dir, to)
		path := filepath.Join(to, FileName)
		must(t, c.name, c.edit(path+walSuffix))
		pool, err := openSQL(path, readWrite)
		must(t, "openSQL", err)
		if err := checkWALLocked(pool, path+walSuffix); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
		if _, err := pool.ExecContext(background(), "BEGIN IMMEDIATE; ROLLBACK"); err != nil {
			t.Errorf("%s: the lock was not given back: %v", c.name, err)
		}
		must(t, "Close", pool.Close())
	}
}

// FuzzScanWAL scans any bytes.
func FuzzScanWAL(f *testing.F) {
	f.Add(writeLog(binary.LittleEndian, "saltsalt", []testFrame{{}, {ends: true}, {ends: true, torn: true}, {ends: true}}))
	f.Add(writeLog(binary.BigEndian, "saltsalt", nil))
	f.Add(make([]byte, 100))
	f.Fuzz(func(t *testing.T, log []byte) {
		if err := scanWAL(bytes.NewReader(log)); err != nil && !errors.Is(err, storage.ErrDamaged) {
			t.Errorf("got %v, want damage or nothing", err)
		}
	})
}
