package simulator

import "net/http"

// create answers POST /v3/contacts.
func (x *exchange) create() answer {
	if values, given := x.r.Header["Idempotency-Key"]; given && !idempotencyKey().MatchString(values[0]) { // an empty one does not match either
		return invalid("VALIDATION_007", "Idempotency-Key", "must match ^[a-zA-Z0-9_-]{1,255}$")
	}
	if x.req.Sandbox {
		x.w.Header().Set("X-Sandbox", "true")
	}
	return x.idempotently(x.createOnce)
}

// createOnce runs with the key in flight.
func (x *exchange) createOnce() answer {
	if !x.work() {
		return answer{form: formAbort}
	}
	own := x.remembersFault()
	if own && !x.fault.After {
		return internalError()
	}
	a := x.commit()
	if own {
		return internalError()
	}
	return a
}

// work takes the time before the commit. It returns false if the server was
// closed meanwhile.
func (x *exchange) work() bool {
	d := x.fault.slowness()
	if x.s.o.Latency != nil {
		d += x.s.o.Latency(x.req)
	}
	return x.s.sleep(d)
}

// commit validates the number and writes the contact.
func (x *exchange) commit() answer {
	if x.creation.problem.status != 0 {
		return x.creation.problem
	}
	phone := x.creation.phone
	if !x.s.acceptable(phone) {
		a := invalid("VALIDATION_002", "phone_number", "must be a valid number in E.164 format")
		a.status = x.s.o.InvalidStatus
		return a
	}
	if x.req.Sandbox {
		id := x.s.uuid("sandbox", x.requestID)
		return withContact(http.StatusCreated, &contact{id: id, phone: phone, created: x.dated()})
	}
	c, done := x.s.space(scope{x.req.Account, x.req.Profile}).put(phone, x.version)
	if !done {
		x.s.count.add(func(st *Stats) { st.Duplicates++ })
		return failure(http.StatusConflict, "RESOURCE_007", "Contact already exists for this customer")
	}
	x.rec.Committed, x.rec.ContactID = true, c.id
	return withContact(http.StatusCreated, c)
}

// version returns the new version of a contact: nil if the contact is live, the
// old one restored if it was deleted.
func (x *exchange) version(old *contact) *contact {
	c := contact{phone: x.creation.phone, created: x.dated()}
	switch {
	case old == nil:
		c.id = x.s.uuid("contact", x.req.Account, x.req.Profile, c.phone)
		x.s.count.add(func(st *Stats) { st.Created++ })
	case old.deleted:
		c = *old
		c.updated, c.deleted = x.dated(), false
		x.s.count.add(func(st *Stats) { st.Restored++ })
	default:
		return nil
	}
	c.key, c.requestID, c.ordinal = x.req.Key, x.requestID, x.req.Ordinal
	c.commits++
	return &c
}

func internalError() answer {
	return failure(http.StatusInternalServerError, "INTERNAL_001", "An unexpected error occurred")
}
