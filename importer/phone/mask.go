package phone

const hiddenDigits = "•••"

// Mask hides the middle of an E.164 number, for logs and messages: "+14155552671"
// becomes "+1415•••2671". At least three digits are hidden. A text that is no E.164
// number is hidden completely.
func Mask(e164 string) string {
	if len(e164) < 1+minDigits || len(e164) > 1+maxDigits || e164[0] != '+' || !allDigits(e164[1:]) {
		return hiddenDigits
	}
	const most = 4 // digits at each end: country and area, and what the owner recognises
	shown := min(most, (len(e164)-1-3)/2)
	return e164[:1+shown] + hiddenDigits + e164[len(e164)-shown:]
}
