package sent

import (
	"fmt"
	"strings"
	"time"
)

// Contact is a contact as the API shows it. Printing one shows its id alone.
type Contact struct {
	ID          string // "" where the answer has none that can be one
	PhoneNumber string // phone_number
	FormatE164  string // format_e164
	Inherited   bool   // it belongs to the organization above the profile

	// The times are zero where the text cannot be read as one; the text is kept
	// as it came. A restored contact keeps its old CreatedAt.
	CreatedAt, UpdatedAt         time.Time
	CreatedAtText, UpdatedAtText string
}

// CreatedSpan is when the contact was created, from the first moment that its
// text allows to the last: a time in whole seconds may be most of a second old.
func (c Contact) CreatedSpan() (from, to time.Time) { return span(c.CreatedAt, c.CreatedAtText) }

// UpdatedSpan is the same for its last change.
func (c Contact) UpdatedSpan() (from, to time.Time) { return span(c.UpdatedAt, c.UpdatedAtText) }

func span(t time.Time, text string) (from, to time.Time) {
	if t.IsZero() {
		return t, t
	}
	return t, t.Add(Precision(text))
}

// Precision is the unit of the last digit that a time's text has: a second, or
// a fraction of it. Times are cut off there, not rounded.
func Precision(text string) time.Duration {
	unit := time.Second
	_, fraction, found := strings.Cut(text, ".")
	for i := 0; found && i < len(fraction) && fraction[i] >= '0' && fraction[i] <= '9' && unit > 1; i++ {
		unit /= 10
	}
	return unit
}

// Is reports whether the contact has the number phone (E.164), exactly.
func (c Contact) Is(phone string) bool {
	return phone != "" && (c.FormatE164 == phone || c.PhoneNumber == phone)
}

// Format prints the contact's id, for every verb.
func (c Contact) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "contact %s", c.ID) }

// isZero reports whether there is neither an id nor a number.
func (c Contact) isZero() bool { return c.ID == "" && c.PhoneNumber == "" && c.FormatE164 == "" }

// contactIn returns the contact that o is; zero where it is none.
func contactIn(o object) Contact {
	c := Contact{
		ID:            identifier(o.text("id")),
		PhoneNumber:   o.text("phone_number"),
		FormatE164:    o.text("format_e164"),
		CreatedAtText: o.text("created_at"),
		UpdatedAtText: o.text("updated_at"),
	}
	if c.isZero() {
		return Contact{}
	}
	c.Inherited, _ = o.flag("is_inherited")
	c.CreatedAt = parseTime(c.CreatedAtText)
	c.UpdatedAt = parseTime(c.UpdatedAtText)
	return c
}

// parseTime reads an ISO 8601 time, with or without a fraction. One without a
// zone is UTC, which is what servers mean that leave it out. What cannot be
// read is zero.
func parseTime(s string) time.Time {
	if s == "" {
		return time.Time{} // as most updated_at are, and each try costs an error
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
