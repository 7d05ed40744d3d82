package ledger

import "sent-import/importer/ledger/storage"

// Account is the account that a key, known by its fingerprint, belongs to at a
// base URL. known is false for a key that has not been used there; the account
// is "" where the API does not tell it.
func (l *Ledger) Account(fingerprint, baseURL string) (account string, known bool, err error) {
	const query = `SELECT account FROM accounts WHERE fingerprint = ? AND base_url = ?`
	found, err := storage.Query(l.db, query, storage.ScanOne[string], fingerprint, baseURL)
	if err != nil || len(found) == 0 {
		return "", false, l.wrap("read account", err)
	}
	return found[0], true, nil
}

// RememberAccount writes which account a key belongs to.
func (l *Ledger) RememberAccount(fingerprint, baseURL, account string) error {
	return l.wrap("write account", storage.Write(l.db, func(tx storage.Tx) error {
		return tx.Exec(`INSERT INTO accounts (fingerprint, base_url, account) VALUES (?, ?, ?)
			ON CONFLICT (fingerprint, base_url) DO UPDATE SET account = excluded.account`, fingerprint, baseURL, account)
	}))
}

// AccountText is what was written down of a key's account with RememberAccountText; ""
// if nothing was.
func (l *Ledger) AccountText(fingerprint, baseURL string) (text string, err error) {
	const query = `SELECT COALESCE(told, '') FROM accounts WHERE fingerprint = ? AND base_url = ?`
	found, err := storage.Query(l.db, query, storage.ScanOne[string], fingerprint, baseURL)
	if err != nil || len(found) == 0 {
		return "", l.wrap("read account", err)
	}
	return found[0], nil
}

// RememberAccountText writes what the API has said of the account of a key beside its id.
// The account is known by RememberAccount.
func (l *Ledger) RememberAccountText(fingerprint, baseURL, text string) error {
	return l.wrap("write account", storage.Write(l.db, func(tx storage.Tx) error {
		return tx.Exec(`UPDATE accounts SET told = ? WHERE fingerprint = ? AND base_url = ?`, text, fingerprint, baseURL)
	}))
}

// AccountTexts is what was written down of an account with RememberAccountText, for each of
// its keys.
func (l *Ledger) AccountTexts(baseURL, account string) ([]string, error) {
	const query = `SELECT told FROM accounts WHERE base_url = ? AND account = ? AND told IS NOT NULL ORDER BY fingerprint`
	found, err := storage.Query(l.db, query, storage.ScanOne[string], baseURL, account)
	return found, l.wrap("read account", err)
}
