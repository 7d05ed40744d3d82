// Package jobid derives what must stay the same for ever: the id of a job, the
// idempotency keys of its creations, and what stands for an API key on the disk.
//
// Each is a hash over a canonical form: a title line, then one line for each field,
//
//	name:length of the value in bytes:value
//
// The length makes the form unambiguous whatever a value contains. Golden tests hold
// the forms: a version that changed one would send requests again under other keys.
package jobid

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// canonical is a canonical form that is being built.
type canonical []byte

func newCanonical(title string) canonical {
	return append(make(canonical, 0, 256), title+"\n"...)
}

func (c canonical) field(name, value string) canonical {
	c = append(append(c, name...), ':')
	c = append(strconv.AppendInt(c, int64(len(value)), 10), ':')
	return append(append(c, value...), '\n')
}

func (c canonical) sum() [sha256.Size]byte { return sha256.Sum256(c) }

// hex is the first n bytes of the form's SHA-256, in hexadecimal.
func (c canonical) hex(n int) string {
	sum := c.sum()
	return hex.EncodeToString(sum[:n])
}

// Key is what an idempotency key is derived from. The job is part of it, so that an
// earlier job's answer is never replayed into this one's report. Sandbox is part of
// it, since the API keeps the answers of its sandbox under their keys as well, and
// would give them to the real request.
type Key struct {
	Job     string // id
	Profile string // UUID; "" for the account itself
	Sandbox bool
	Phone   string // E.164
	Number  int    // 1, and one more each time that a key is burnt
}

// keyPrefix names the version of the canonical form.
const keyPrefix = "si1_"

// String is the idempotency key: letters, digits and "_", at most 255, as the API
// wants it.
func (k Key) String() string {
	sum := newCanonical("sent-import key 1").
		field("job", k.Job).
		field("profile", k.Profile).
		field("sandbox", strconv.FormatBool(k.Sandbox)).
		field("phone", k.Phone).
		sum()
	key := hex.AppendEncode(append(make([]byte, 0, 64), keyPrefix...), sum[:20])
	if k.Number > 1 {
		key = strconv.AppendInt(append(key, '_'), int64(k.Number), 10)
	}
	return string(key)
}

// Identity is what makes a job: the same again is the same job.
type Identity struct {
	FileSHA256 string // in hexadecimal
	Account    string // the account's id, or the key's fingerprint where the API tells none
	Profile    string // UUID; "" for the account itself
	Sandbox    bool
	BaseURL    string
	Reading    string // JSON of the options that decide what a row means
}

// JobID is 20 hexadecimal digits: enough that no two jobs of anybody are the same,
// and short enough to read out.
func (i Identity) JobID() string {
	return newCanonical("sent-import job 1").
		field("file", i.FileSHA256).
		field("account", i.Account).
		field("profile", i.Profile).
		field("sandbox", strconv.FormatBool(i.Sandbox)).
		field("base_url", i.BaseURL).
		field("meaning", i.Reading).
		hex(10)
}

// Fingerprint stands for an API key in the ledger, where the key itself must not be.
func Fingerprint(apiKey string) string {
	return newCanonical("sent-import fingerprint 1").field("key", apiKey).hex(16)
}

// PoolName names the file in which the runs of a key on one machine share their
// pace. The rate limit is the account's, whatever the job and the profile.
func PoolName(apiKey, baseURL string) string {
	return newCanonical("sent-import pool 1").field("key", apiKey).field("base_url", baseURL).hex(16)
}
