package simulator

import (
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// callingCodes are the assigned country calling codes of ITU-T E.164, each with
// the region that a number is said to be of: the main one where several share a
// code, "001" where it is nobody's.
const callingCodes = `1US 7RU 20EG 27ZA 30GR 31NL 32BE 33FR 34ES 36HU 39IT 40RO 41CH 43AT 44GB 45DK 46SE 47NO 48PL 49DE
51PE 52MX 53CU 54AR 55BR 56CL 57CO 58VE 60MY 61AU 62ID 63PH 64NZ 65SG 66TH 81JP 82KR 84VN 86CN 90TR 91IN 92PK 93AF 94LK
95MM 98IR 211SS 212MA 213DZ 216TN 218LY 220GM 221SN 222MR 223ML 224GN 225CI 226BF 227NE 228TG 229BJ 230MU 231LR 232SL
233GH 234NG 235TD 236CF 237CM 238CV 239ST 240GQ 241GA 242CG 243CD 244AO 245GW 246IO 247AC 248SC 249SD 250RW 251ET 252SO
253DJ 254KE 255TZ 256UG 257BI 258MZ 260ZM 261MG 262RE 263ZW 264NA 265MW 266LS 267BW 268SZ 269KM 290SH 291ER 297AW 298FO
299GL 350GI 351PT 352LU 353IE 354IS 355AL 356MT 357CY 358FI 359BG 370LT 371LV 372EE 373MD 374AM 375BY 376AD 377MC 378SM
380UA 381RS 382ME 383XK 385HR 386SI 387BA 389MK 420CZ 421SK 423LI 500FK 501BZ 502GT 503SV 504HN 505NI 506CR 507PA 508PM
509HT 590GP 591BO 592GY 593EC 594GF 595PY 596MQ 597SR 598UY 599CW 670TL 672NF 673BN 674NR 675PG 676TO 677SB 678VU 679FJ
680PW 681WF 682CK 683NU 685WS 686KI 687NC 688TV 689PF 690TK 691FM 692MH 800001 808001 850KP 852HK 853MO 855KH 856LA
870001 878001 880BD 881001 882001 883001 886TW 888001 960MV 961LB 962JO 963SY 964IQ 965KW 966SA 967YE 968OM 970PS 971AE
972IL 973BH 974QA 975BT 976MN 977NP 979001 992TJ 993TM 994AZ 995GE 996KG 998UZ`

// regions maps each calling code to its region. It is built once and only read.
var regions = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for _, entry := range strings.Fields(callingCodes) {
		region := len(entry) - 2
		if strings.HasSuffix(entry, "001") && len(entry) == 6 {
			region = len(entry) - 3
		}
		m[entry[:region]] = entry[region:]
	}
	return m
})

// number is an E.164 number in the forms of an answer.
type number struct {
	e164, callingCode, region        string
	international, national, rfc3966 string
}

// splitNumber finds the calling code of a number and its region. ok is false
// for what is not E.164, or cannot be a number: an unassigned calling code,
// fewer than 7 or more than 15 digits, or with calling code 1 anything but ten
// digits of which the first and the fourth are 2 to 9.
func splitNumber(e164 string) (code, national, region string, ok bool) {
	digits, plus := strings.CutPrefix(e164, "+")
	if !plus || len(digits) < 7 || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" {
		return "", "", "", false
	}
	for i := 1; i <= 3; i++ {
		if region, ok = regions()[digits[:i]]; ok {
			code, national = digits[:i], digits[i:]
			break
		}
	}
	if code == "1" && (len(national) != 10 || national[0] < '2' || national[3] < '2') {
		return "", "", "", false
	}
	return code, national, region, ok
}

// formatNumber gives the forms of a number that splitNumber accepts. They are
// plausible, not libphonenumber's.
func formatNumber(e164 string) number {
	code, national, region, _ := splitNumber(e164)
	n := number{e164: e164, callingCode: code, region: region}
	if code == "1" {
		dashed := national[:3] + "-" + national[3:6] + "-" + national[6:]
		n.international = "+1 " + dashed
		n.national = "(" + national[:3] + ") " + national[3:6] + "-" + national[6:]
		n.rfc3966 = "tel:+1-" + dashed
		return n
	}
	n.international = "+" + code + " " + national
	n.national = national
	n.rfc3966 = "tel:+" + code + "-" + national
	return n
}

// strictNumber asks libphonenumber.
func strictNumber(e164 string) (number, bool) {
	if _, _, _, ok := splitNumber(e164); !ok {
		return number{}, false
	}
	p, err := phonenumbers.Parse(e164, "")
	if err != nil || !phonenumbers.IsValidNumber(p) || phonenumbers.Format(p, phonenumbers.E164) != e164 {
		return number{}, false
	}
	n := formatNumber(e164)
	n.region = phonenumbers.GetRegionCodeForNumber(p)
	n.international = phonenumbers.Format(p, phonenumbers.INTERNATIONAL)
	n.national = phonenumbers.Format(p, phonenumbers.NATIONAL)
	n.rfc3966 = phonenumbers.Format(p, phonenumbers.RFC3966)
	return n, true
}

// acceptable reports whether the service takes the number.
func (s *Server) acceptable(e164 string) bool {
	if s.rejected[e164] {
		return false
	}
	if s.o.StrictNumbers {
		_, ok := strictNumber(e164)
		return ok
	}
	_, _, _, ok := splitNumber(e164)
	return ok
}

func (s *Server) format(e164 string) number {
	if s.o.StrictNumbers {
		if n, ok := strictNumber(e164); ok {
			return n
		}
	}
	return formatNumber(e164)
}
