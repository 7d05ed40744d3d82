package sent

import (
	"fmt"
	"time"
)

// Contact is a contact as the API shows it. Printing one shows its id alone.
type Contact struct {
	ID          string // "" where the answer has no valid one
	PhoneNumber string // phone_number
	FormatE164  string // format_e164
	Inherited   bool   // the contact belongs to the organization above the profile
	OptOut      bool   // the person wants no messages

	// The times are zero where the text cannot be parsed; the text is kept as it
	// came. A restored contact keeps its old CreatedAt.
	CreatedAt, UpdatedAt         time.Time
	CreatedAtText, UpdatedAtText string
	// Zoneless says that one of the times has no time zone: it was read as UTC,
	// which may be hours off.
	Zoneless bool
}

// CreatedSpan is the earliest and the latest moment of the contact's creation
// that its text allows: a time in whole seconds may be almost a second older.
func (c Contact) CreatedSpan() (from, to time.Time) { return span(c.CreatedAt, c.CreatedAtText) }

// UpdatedSpan is the same for the contact's last change.
func (c Contact) UpdatedSpan() (from, to time.Time) { return span(c.UpdatedAt, c.UpdatedAtText) }

// Unreadable returns the form of a time of the contact that cannot be parsed,
// safe to show; "" where there is none.
func (c Contact) Unreadable() string {
	switch {
	case c.CreatedAtText != "" && c.CreatedAt.IsZero():
		return form(c.CreatedAtText)
	case c.UpdatedAtText != "" && c.UpdatedAt.IsZero():
		return form(c.UpdatedAtText)
	}
	return ""
}

// MadeSpan is when the creation was carried out that returned this contact, by
// the contact's own date: its last change, which is its creation unless it was
// restored. Zero where that date cannot be parsed.
func (c Contact) MadeSpan() (from, to time.Time) {
	if c.UpdatedAtText != "" {
		return c.UpdatedSpan()
	}
	return c.CreatedSpan()
}

func span(t time.Time, text string) (from, to time.Time) {
	if t.IsZero() {
		return t, t
	}
	return t, t.Add(Precision(text))
}

// Is reports whether the contact has the number phone (E.164), exactly.
func (c Contact) Is(phone string) bool {
	return phone != "" && (c.FormatE164 == phone || c.PhoneNumber == phone)
}

// Format prints the contact's id, for every verb.
func (c Contact) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "contact %s", c.ID) }

// isZero reports whether there is neither an id nor a number.
func (c Contact) isZero() bool { return c.ID == "" && c.PhoneNumber == "" && c.FormatE164 == "" }

// contactIn returns the contact that o is; zero where o has neither an id nor a
// number.
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
	c.OptOut, _ = o.flag("opt_out")
	return c.withTimes()
}

// withTimes returns the contact with the times that their texts tell.
func (c Contact) withTimes() Contact {
	var createdZoned, updatedZoned bool
	c.CreatedAt, createdZoned = parseTime(c.CreatedAtText)
	c.UpdatedAt, updatedZoned = parseTime(c.UpdatedAtText)
	c.Zoneless = !c.CreatedAt.IsZero() && !createdZoned || !c.UpdatedAt.IsZero() && !updatedZoned
	return c
}

// WithUpdatedAt returns the contact as it was when its updated_at had the text; "" for
// null.
func (c Contact) WithUpdatedAt(text string) Contact {
	c.UpdatedAtText = text
	return c.withTimes()
}

// WasUpdatedAt reports whether the contact was changed last at the time of another
// answer's updated_at, as far as the precision of both texts can tell.
func (c Contact) WasUpdatedAt(text string) bool {
	if c.UpdatedAtText == text {
		return true
	}
	from, to := c.UpdatedSpan()
	otherFrom, otherTo := c.WithUpdatedAt(text).UpdatedSpan()
	return !from.IsZero() && !otherFrom.IsZero() && from.Before(otherTo) && otherFrom.Before(to)
}
