package source

// wishes reads the opt-out cells of rows.
type wishes struct {
	columns []optOutColumn
	known   map[string]wish // cells read so far, at most maxKinds
}

// of returns what a row says: opted out if one of its cells does, else unclear if one is.
func (w *wishes) of(cells []string) OptOut {
	says := OptedIn
	for _, column := range w.columns {
		switch column.kind.read(w.wishOf(at(cells, column.index))) {
		case OptedOut:
			return OptedOut
		case OptOutUnclear:
			says = OptOutUnclear
		}
	}
	return says
}

func (w *wishes) wishOf(cell string) wish {
	means, known := w.known[cell]
	if !known {
		means = wishIn(cell)
		if len(w.known) < maxKinds && len(cell) <= maxWord {
			w.known[cell] = means
		}
	}
	return means
}

// read returns what a cell says below a header of this kind.
func (k optOutKind) read(cell wish) OptOut {
	switch {
	case cell == wishOut, cell == wishNo && k.consent(), (cell == wishYes || cell == wishDate) && !k.consent():
		return OptedOut
	case cell == wishSubscribed, cell == wishYes && k.consent(), (cell == wishNo || cell == wishNothing) && !k.consent(),
		cell == wishDate && k == saysWhenAgreed, cell == wishAgreed && k.consent():
		return OptedIn
	case cell == wishRefused && k.consent():
		return OptedOut
	}
	return OptOutUnclear
}
