package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// A key, a job id and a fingerprint are hashes over a canonical form: a title
// line, then one line for each field, as
//
//	name:length of the value in bytes:value
//
// The length makes the form unambiguous whatever stands in a value. The forms
// are fixed for ever, and golden tests hold them: a version that changed them
// would send requests again under other keys.
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

// keyPrefix names the version of the canonical form. The API takes letters,
// digits, "_" and "-", 255 at most.
const keyPrefix = "si1_"

// idempotencyKey is the key under which a number of a job is created. The job
// is part of it, so an earlier job's answer is never replayed into this one's
// report; sandbox is part of it, since the API keeps sandbox answers under
// their key as well, and would give them to the real request. number is 1, and
// counts on when a key is burnt.
func idempotencyKey(jobID, profile string, sandbox bool, e164 string, number int) string {
	sum := newCanonical("sent-import key 1").
		field("job", jobID).
		field("profile", profile).
		field("sandbox", strconv.FormatBool(sandbox)).
		field("phone", e164).
		sum()
	key := hex.AppendEncode(append(make([]byte, 0, 64), keyPrefix...), sum[:20])
	if number > 1 {
		key = strconv.AppendInt(append(key, '_'), int64(number), 10)
	}
	return string(key)
}

// identity is what makes a job: the same again is the same job.
type identity struct {
	fileSHA256 string
	account    string // the account's id, or the key's fingerprint where the API tells none
	profile    string
	sandbox    bool
	baseURL    string
	meaning    string // JSON of the options that decide what a row means
}

// jobID is 20 hexadecimal digits: enough that no two jobs of anybody meet, and
// short enough to read out.
func (i identity) jobID() string {
	return newCanonical("sent-import job 1").
		field("file", i.fileSHA256).
		field("account", i.account).
		field("profile", i.profile).
		field("sandbox", strconv.FormatBool(i.sandbox)).
		field("base_url", i.baseURL).
		field("meaning", i.meaning).
		hex(10)
}

// fingerprint stands for an API key in the ledger, where the key itself must
// not be.
func fingerprint(apiKey string) string {
	return newCanonical("sent-import fingerprint 1").field("key", apiKey).hex(16)
}

// poolName names the file in which the runs of a key on one machine share their
// pace. The rate limit is the account's: whatever the job and the profile.
func poolName(apiKey, baseURL string) string {
	return newCanonical("sent-import pool 1").field("key", apiKey).field("base_url", baseURL).hex(16)
}
