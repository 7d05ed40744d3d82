package simulator

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
)

// change is the body of a PATCH or a DELETE.
type change struct {
	optOut  *bool
	channel string // default_channel; "" stays as it is
	sandbox bool
	problem answer // of a PATCH; status 0: none
}

// parseChange reads a body. No body at all is one without a field.
func parseChange(body []byte) (c change) {
	var fields struct {
		OptOut  *bool   `json:"opt_out"`
		Channel *string `json:"default_channel"`
		Sandbox bool    `json:"sandbox"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(&fields)
	c.optOut, c.sandbox = fields.OptOut, fields.Sandbox
	if fields.Channel != nil {
		c.channel = *fields.Channel
	}
	switch {
	case err != nil:
		c.problem = invalid("VALIDATION_001", "body", "must be an object with opt_out, default_channel or sandbox")
	case fields.Channel != nil && c.channel != "sms" && c.channel != "whatsapp":
		c.problem = invalid("VALIDATION_006", "default_channel", "must be sms or whatsapp")
	case c.optOut == nil && fields.Channel == nil:
		c.problem = invalid("VALIDATION_004", "opt_out", "opt_out or default_channel is required")
	}
	return c
}

// oneContact answers GET, PATCH and DELETE /v3/contacts/{id}.
func (x *exchange) oneContact() answer {
	if !uuidFormat.MatchString(x.contactID) {
		return invalid("VALIDATION_003", "id", "must be a UUID")
	}
	if x.req.Operation == Update {
		if values, given := x.r.Header["Idempotency-Key"]; given && !idempotencyKey().MatchString(values[0]) {
			return invalid("VALIDATION_007", "Idempotency-Key", "must match ^[a-zA-Z0-9_-]{1,255}$")
		}
		return x.idempotently(x.changeContact)
	}
	return x.changeContact()
}

// changeContact carries the operation out.
func (x *exchange) changeContact() answer {
	if !x.work() {
		return answer{form: formAbort}
	}
	if x.req.Operation == Update && x.change.problem.status != 0 {
		return x.change.problem
	}
	c := x.space().get(x.req.Phone)
	switch {
	case c == nil || c.id != x.contactID:
		return noContact()
	case x.req.Operation == Retrieve:
		x.rec.ContactID = c.id
		return withContact(http.StatusOK, c)
	case c.inherited:
		return x.refuseInherited()
	case x.req.Sandbox:
		x.w.Header().Set("X-Sandbox", "true")
		return x.afterChange(x.changed(c))
	}
	c, x.rec.Committed = x.space().put(c.phone, x.changed)
	if !x.rec.Committed { // it was deleted meanwhile
		return noContact()
	}
	x.rec.ContactID = c.id
	return x.afterChange(c)
}

func noContact() answer { return failure(http.StatusNotFound, "RESOURCE_001", "Contact not found") }

// changed returns the next version of a contact; nil for one that is gone by now.
func (x *exchange) changed(old *contact) *contact {
	if !old.live() {
		return nil
	}
	c := *old
	if x.req.Operation == Delete {
		c.deleted = true
		return &c
	}
	c.updated = x.dated()
	if x.change.optOut != nil {
		c.optOut = *x.change.optOut
	}
	if x.change.channel != "" {
		c.channel = x.change.channel
	}
	return &c
}

// afterChange is the answer to a change that was carried out on c, or made up.
func (x *exchange) afterChange(c *contact) answer {
	if x.req.Operation == Delete {
		return answer{status: http.StatusNoContent, form: formEmpty}
	}
	return withContact(http.StatusOK, c)
}

// refuseInherited is the answer to a change of a contact that belongs to the
// organization above.
func (x *exchange) refuseInherited() answer {
	status := http.StatusUnprocessableEntity
	if strings.HasPrefix(x.s.o.InheritedCode, "AUTH_") {
		status = http.StatusForbidden
	}
	return failure(status, x.s.o.InheritedCode, "An inherited contact cannot be changed")
}
