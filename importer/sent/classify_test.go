package sent

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sent-import/importer/outcome"
)

const (
	ours   = "+14155552671"
	theirs = "+442079460018"
	uuid   = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
)

// contactBody is the body of a success, as documented.
const contactBody = `{"success":true,"data":{"id":"` + uuid + `","phone_number":"` + ours + `","format_e164":"` + ours +
	`","format_national":"(415) 555-2671","country_code":"1","region_code":"US","available_channels":"sms,whatsapp",` +
	`"default_channel":"sms","opt_out":false,"is_inherited":false,"created_at":"2026-01-15T10:30:00.1234567Z","updated_at":null},` +
	`"error":null,"meta":{"request_id":"req_1","timestamp":"2026-01-15T10:30:00Z","version":"v3"}}`

// fault is the body of a refusal, as documented.
func fault(code string) string {
	return `{"success":false,"data":null,"error":{"code":"` + code + `","message":"as documented","details":null,"doc_url":null},"meta":{}}`
}

// validation is the body of a refusal with details.
func validation(code, details string) string {
	return `{"success":false,"error":{"code":"` + code + `","message":"no","details":` + details + `}}`
}

// answered returns an Answer as the Client makes it. headers are "Name: value".
func answered(status int, body string, headers ...string) Answer {
	a := Answer{Status: status, Body: []byte(body), Header: http.Header{}, ReceivedAt: time.Unix(1_800_000_000, 0)}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		a.Header.Add(name, value)
	}
	testDecoder.decode(&a)
	return a
}

// cutOff returns an Answer whose body ended too soon.
func cutOff(status int, body string, headers ...string) Answer {
	a := answered(status, "", headers...)
	a.Body, a.Truncated = []byte(body), true
	testDecoder.decode(&a)
	return a
}

const (
	replay  = "Idempotent-Replayed: true"
	sandbox = "X-Sandbox: true"
	html    = "<html><body><h1>503 Service Unavailable</h1></body></html>"
)

type classifyCase struct {
	name   string
	answer Answer
	kind   Kind
	cause  Cause
	reason outcome.Reason
}

func (c classifyCase) check(t *testing.T) {
	t.Helper()
	v := Classify(ours, c.answer)
	if v.Kind != c.kind || v.Cause != c.cause || v.FailReason != c.reason {
		t.Errorf("got %s %s %s, want %s %s %s", v.Kind, v.Cause, v.FailReason, c.kind, c.cause, c.reason)
	}
	if (v.Contact.ID != "") != (v.Kind == Created) {
		t.Errorf("contact id %q with %s", v.Contact.ID, v.Kind)
	}
	if v.Message == "" && v.Kind != Created {
		t.Errorf("no message with %s", v.Kind)
	}
	if v.FailReason != "" && v.FailReason.Status() != outcome.Failed {
		t.Errorf("the reason %s is not one of a failure", v.FailReason)
	}
}

func run(t *testing.T, cases []classifyCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, c.check)
	}
}

func TestClassifySuccess(t *testing.T) {
	other := strings.ReplaceAll(contactBody, ours, theirs)
	run(t, []classifyCase{
		{"201", answered(201, contactBody), Created, "", ""},
		{"200 instead of 201", answered(200, contactBody), Created, "", ""},
		{"202", answered(202, contactBody), Created, "", ""},
		{"phone_number alone", answered(201, `{"success":true,"data":{"id":"x1","phone_number":"`+ours+`"}}`), Created, "", ""},
		{"format_e164 alone", answered(201, `{"success":true,"data":{"id":"x1","format_e164":"`+ours+`"}}`), Created, "", ""},
		{"format_e164 is ours, phone_number is written otherwise", answered(201, strings.Replace(contactBody, ours, "(415) 555-2671", 1)), Created, "", ""},
		{"headers missing", answered(201, contactBody), Created, "", ""},
		{"an error beside a success", answered(201, strings.Replace(contactBody, `"error":null`, `"error":{"code":"RESOURCE_007"}`, 1)), Created, "", ""},
		{"sandbox as asked", asked(answered(201, contactBody, sandbox)), Created, "", ""},
		{"the last of duplicate keys counts", answered(201, `{"success":false,"success":true,"data":{"id":"x1","format_e164":"`+theirs+`","format_e164":"`+ours+`"}}`), Created, "", ""},
		{"another number", answered(201, other), Unknown, "", outcome.BadResponse},
		{"no number", answered(201, `{"success":true,"data":{"id":"x1"}}`), Unknown, "", outcome.BadResponse},
		{"our number within another", answered(201, strings.ReplaceAll(contactBody, ours, ours+"0")), Unknown, "", outcome.BadResponse},
		{"no id", answered(201, `{"success":true,"data":{"format_e164":"`+ours+`"}}`), Unknown, "", outcome.BadResponse},
		{"empty id", answered(201, strings.Replace(contactBody, uuid, "", 1)), Unknown, "", outcome.BadResponse},
		{"an id that is none", answered(201, strings.Replace(contactBody, uuid, `a b\n`, 1)), Unknown, "", outcome.BadResponse},
		{"id is a number", answered(201, strings.Replace(contactBody, `"`+uuid+`"`, "17", 1)), Unknown, "", outcome.BadResponse},
		{"success is false", answered(200, strings.Replace(contactBody, "true", "false", 1)), Unknown, "", outcome.BadResponse},
		{"success is missing", answered(201, strings.Replace(contactBody, `"success":true,`, "", 1)), Unknown, "", outcome.BadResponse},
		{"names in another case", answered(201, strings.NewReplacer("success", "Success", "data", "DATA").Replace(contactBody)), Unknown, "", outcome.BadResponse},
		{"success in another case beside it", answered(201, strings.Replace(contactBody, `"success":true`, `"success":false,"Success":true`, 1)), Unknown, "", outcome.BadResponse},
		{"success is a text", answered(201, strings.Replace(contactBody, "true", `"true"`, 1)), Unknown, "", outcome.BadResponse},
		{"the last of duplicate keys is false", answered(201, strings.Replace(contactBody, `"data"`, `"success":false,"data"`, 1)), Unknown, "", outcome.BadResponse},
		{"an error with 200", answered(200, fault("RESOURCE_007")), Unknown, "", outcome.BadResponse},
		{"a refused key with 200", answered(200, fault("AUTH_002")), Unknown, "", outcome.BadResponse},
		{"null data", answered(201, `{"success":true,"data":null}`), Unknown, "", outcome.BadResponse},
		{"array data", answered(201, `{"success":true,"data":[{"id":"x1","format_e164":"`+ours+`"}]}`), Unknown, "", outcome.BadResponse},
		{"an array", answered(201, `[`+contactBody+`]`), Unknown, "", outcome.BadResponse},
		{"a list", answered(200, `{"success":true,"data":{"contacts":[{"id":"x1","format_e164":"`+ours+`"}]}}`), Unknown, "", outcome.BadResponse},
		{"empty", answered(201, ""), Unknown, "", outcome.BadResponse},
		{"204", answered(204, ""), Unknown, "", outcome.BadResponse},
		{"null", answered(201, "null"), Unknown, "", outcome.BadResponse},
		{"two bodies", answered(201, contactBody+contactBody), Unknown, "", outcome.BadResponse},
		{"a page of a proxy", answered(200, html), Unknown, "", outcome.BadResponse},
		{"cut off in the middle", cutOff(201, contactBody[:80]), Unknown, "", outcome.BadResponse},
		{"cut off after the last brace", cutOff(201, contactBody), Unknown, "", outcome.BadResponse},
		{"cut off without the transport knowing", answered(201, contactBody[:80]), Unknown, "", outcome.BadResponse},
	})
}

func asked(a Answer) Answer { a.AskedSandbox = true; return a }

func TestClassifyRows(t *testing.T) {
	run(t, []classifyCase{
		{"exists", answered(409, fault("RESOURCE_007")), Exists, "", ""},
		{"exists, with nothing but the code", answered(409, `{"error":{"code":"RESOURCE_007"}}`), Exists, "", ""},
		{"exists, with 422", answered(422, fault("RESOURCE_007")), Exists, "", ""},
		{"in flight", answered(409, fault("CONFLICT_001")), InFlight, "", outcome.OutcomeUnknown},
		{"another conflict", answered(409, fault("CONFLICT_009")), Rejected, "", outcome.Rejected},
		{"409 without a code", answered(409, `{"success":false,"error":{}}`), Rejected, "", outcome.Rejected},
		{"409 of a proxy", answered(409, html), Unknown, "", outcome.BadResponse},
		{"409 empty", answered(409, ""), Unknown, "", outcome.BadResponse},
		{"409 cut off", cutOff(409, fault("RESOURCE_007")), Unknown, "", outcome.BadResponse},
		{"code is a number", answered(409, `{"success":false,"error":{"code":7}}`), Rejected, "", outcome.Rejected},
		{"code in small letters", answered(409, fault("resource_007")), Rejected, "", outcome.Rejected},
		{"error is an array", answered(409, `{"success":false,"error":[{"code":"RESOURCE_007"}]}`), Rejected, "", outcome.Rejected},
		{"another resource", answered(409, fault("RESOURCE_099")), Rejected, "", outcome.Rejected},
		{"unknown prefix", answered(422, fault("MOON_001")), Rejected, "", outcome.Rejected},
		{"an unusual 4xx", answered(424, fault("")), Rejected, "", outcome.Rejected},
		{"an unusual 4xx of a proxy", answered(418, html), Unknown, "", outcome.BadResponse},
		{"400 of a proxy", answered(400, html), Unknown, "", outcome.BadResponse},

		{"validation 001", answered(400, fault("VALIDATION_001")), InvalidNumber, "", ""},
		{"validation 001 of the phone", answered(400, validation("VALIDATION_001", `{"phone_number":["bad"]}`)), InvalidNumber, "", ""},
		{"validation 001 of the phone and more", answered(400, validation("VALIDATION_001", `{"sandbox":["x"],"PhoneNumber":["bad"]}`)), InvalidNumber, "", ""},
		{"validation 001 of another field", answered(400, validation("VALIDATION_001", `{"sandbox":["bad"]}`)), Stop, BadCall, ""},
		{"validation 001 of the body", answered(400, validation("VALIDATION_001", `{"$":["bad"]}`)), Stop, BadCall, ""},
		{"validation 001, details as an array", answered(400, validation("VALIDATION_001", `[{"field":"phone_number"}]`)), InvalidNumber, "", ""},
		{"validation 001, details as an array of another field", answered(400, validation("VALIDATION_001", `[{"field":"sandbox"}]`)), Stop, BadCall, ""},
		{"validation 001, details as texts", answered(400, validation("VALIDATION_001", `["bad"]`)), InvalidNumber, "", ""},
		{"validation 002", answered(400, fault("VALIDATION_002")), InvalidNumber, "", ""},
		{"validation 002 as 422", answered(422, fault("VALIDATION_002")), InvalidNumber, "", ""},
		{"validation 003", answered(400, fault("VALIDATION_003")), Stop, BadCall, ""},
		{"validation 004", answered(400, fault("VALIDATION_004")), InvalidNumber, "", ""},
		{"validation 005", answered(400, fault("VALIDATION_005")), InvalidNumber, "", ""},
		{"validation 006", answered(400, fault("VALIDATION_006")), InvalidNumber, "", ""},
		{"validation 007", answered(400, fault("VALIDATION_007")), Stop, BadCall, ""},
		{"validation unknown", answered(400, fault("VALIDATION_042")), InvalidNumber, "", ""},
	})
}

func TestClassifyStops(t *testing.T) {
	cases := []classifyCase{
		{"401 empty", answered(401, ""), Stop, KeyRefused, ""},
		{"401 missing key", answered(401, fault("AUTH_001")), Stop, KeyRefused, ""},
		{"401 unknown key", answered(401, fault("AUTH_002")), Stop, KeyRefused, ""},
		{"401 with another code", answered(401, fault("AUTH_005")), Stop, AccessRefused, ""},
		{"403 empty", answered(403, ""), Stop, AccessRefused, ""},
		{"403 role", answered(403, fault("AUTH_004")), Stop, AccessRefused, ""},
		{"403 not activated", answered(403, fault("AUTH_005")), Stop, AccessRefused, ""},
		{"403 KYC", answered(403, fault("AUTH_006")), Stop, AccessRefused, ""},
		{"403 no channel", answered(403, fault("AUTH_007")), Stop, AccessRefused, ""},
		{"403 suspended", answered(403, fault("BUSINESS_014")), Stop, AccountSuspended, ""},
		{"an AUTH_ code with 400", answered(400, fault("AUTH_099")), Stop, AccessRefused, ""},
		{"an AUTH_ code with 500", answered(500, fault("AUTH_002")), Stop, KeyRefused, ""},
		{"404 without a code", answered(404, `{"success":false}`), Stop, WrongAddress, ""},
		{"404 profile", answered(404, fault("RESOURCE_014")), Stop, ProfileUnknown, ""},
		{"404 another resource", answered(404, fault("RESOURCE_001")), Stop, ProfileUnknown, ""},
		{"404 with the code of a conflict", answered(404, fault("RESOURCE_007")), Stop, ProfileUnknown, ""},
		{"422 balance", answered(422, fault("BUSINESS_003")), Stop, OutOfBalance, ""},
		{"422 quota", answered(422, fault("BUSINESS_008")), Stop, OutOfQuota, ""},
		{"422 another rule", answered(422, fault("BUSINESS_077")), Stop, AccessRefused, ""},
		{"429 balance", answered(429, fault("BUSINESS_003")), Stop, OutOfBalance, ""},
		{"429 quota", answered(429, fault("BUSINESS_008")), Stop, OutOfQuota, ""},
		{"key reuse", answered(409, fault("CONFLICT_005")), Stop, KeyReuse, ""},
		{"sandboxed, not asked", answered(201, contactBody, sandbox), Stop, SandboxAnswer, ""},
		{"sandboxed conflict, not asked", answered(409, fault("RESOURCE_007"), sandbox), Stop, SandboxAnswer, ""},
	}
	for _, status := range []int{300, 301, 302, 303, 304, 307, 308} {
		cases = append(cases, classifyCase{fmt.Sprint(status), answered(status, "", "Location: https://example.com/"), Stop, Redirected, ""})
	}
	cases = append(cases, classifyCase{"402", answered(402, `{"success":false}`), Stop, OutOfBalance, ""})
	for _, status := range []int{405, 406, 407, 410, 411, 412, 413, 414, 415, 416, 417, 421, 426, 428, 431, 451} {
		cases = append(cases, classifyCase{fmt.Sprint(status), answered(status, `{"success":false}`), Stop, BadCall, ""})
	}
	run(t, cases)
}

func TestClassifyTransient(t *testing.T) {
	cases := []classifyCase{
		{"transport", Answer{Err: errors.New("connection reset")}, Unknown, "", outcome.Network},
		{"transport, never sent", Answer{Err: errors.New("connection refused"), NeverSent: true}, Unknown, "", outcome.Network},
		{"no file handle", Answer{Err: errors.New("too many open files"), NeverSent: true, NoHandle: true}, NotSent, "", outcome.Network},
		{"401 cut off before its body", cutOff(401, ""), Unknown, "", outcome.BadResponse},
		{"429", answered(429, fault("BUSINESS_002")), RateLimited, "", outcome.RateLimited},
		{"429 empty", answered(429, ""), RateLimited, "", outcome.RateLimited},
		{"429 for a locked key", answered(429, fault("AUTH_002")), RateLimited, "", outcome.RateLimited},
		{"rate limit with 400", answered(400, fault("BUSINESS_002")), RateLimited, "", outcome.RateLimited},
		{"cache down", answered(503, fault("SERVICE_001")), NotExecuted, "", outcome.ServerError},
		{"cache down, with 500", answered(500, fault("SERVICE_001")), Unknown, "", outcome.ServerError},
		{"cache down, with 400", answered(400, fault("SERVICE_001")), Unknown, "", outcome.ServerError},
		{"cache down, cut off", cutOff(503, fault("SERVICE_001")), Unknown, "", outcome.ServerError},
		{"another service", answered(503, fault("SERVICE_002")), Unknown, "", outcome.ServerError},
		{"503 of a proxy", answered(503, html), Unknown, "", outcome.ServerError},
		{"400 with an error that is not the API's", answered(400, `{"error":{"code":400,"message":"no"}}`), Unknown, "", outcome.BadResponse},
		{"408", answered(408, ""), Unknown, "", outcome.ServerError},
		{"425", answered(425, ""), Unknown, "", outcome.ServerError},
		{"500 with the code of a conflict", answered(500, fault("RESOURCE_007")), Unknown, "", outcome.ServerError},
		{"500 with a validation code", answered(500, fault("VALIDATION_002")), Unknown, "", outcome.ServerError},
		{"500 with a quota code", answered(500, fault("BUSINESS_008")), Unknown, "", outcome.ServerError},
		{"500 with success", answered(500, contactBody), Unknown, "", outcome.ServerError},
		{"INTERNAL_ with 400", answered(400, fault("INTERNAL_001")), Unknown, "", outcome.ServerError},
		{"status 101", answered(101, ""), Unknown, "", outcome.BadResponse},
		{"status 999", answered(999, contactBody), Unknown, "", outcome.BadResponse},
		{"nothing at all", Answer{}, Unknown, "", outcome.BadResponse},
	}
	for i, status := range []int{500, 502, 503, 504, 500, 520, 599} {
		code := fmt.Sprintf("INTERNAL_%03d", i+1)
		cases = append(cases, classifyCase{fmt.Sprint(status, " ", code), answered(status, fault(code)), Unknown, "", outcome.ServerError})
	}
	run(t, cases)
}

func TestClassifyReplays(t *testing.T) {
	run(t, []classifyCase{
		{"created", answered(201, contactBody, replay), Created, "", ""},
		{"exists", answered(409, fault("RESOURCE_007"), replay), Exists, "", ""},
		{"invalid", answered(400, fault("VALIDATION_002"), replay), InvalidNumber, "", ""},
		{"500", answered(500, fault("INTERNAL_001"), replay), Burnt, "", outcome.ServerError},
		{"429", answered(429, fault("BUSINESS_002"), replay), Burnt, "", outcome.RateLimited},
		{"SERVICE_001", answered(503, fault("SERVICE_001"), replay), Burnt, "", outcome.ServerError},
		{"INTERNAL_ with 400", answered(400, fault("INTERNAL_001"), replay), Burnt, "", outcome.ServerError},
		{"in flight", answered(409, fault("CONFLICT_001"), replay), Burnt, "", outcome.OutcomeUnknown},
		{"another conflict", answered(409, fault("CONFLICT_009"), replay), Burnt, "", outcome.Rejected},
		{"quota", answered(422, fault("BUSINESS_008"), replay), Burnt, "", outcome.Rejected},
		{"balance", answered(422, fault("BUSINESS_003"), replay), Burnt, "", outcome.Rejected},
		{"profile", answered(404, fault("RESOURCE_014"), replay), Burnt, "", outcome.Rejected},
		{"another number", answered(201, strings.ReplaceAll(contactBody, ours, theirs), replay), Burnt, "", outcome.BadResponse},
		{"sandboxed, not asked", answered(201, contactBody, replay, sandbox), Burnt, "", outcome.Rejected},
		{"502 of a proxy that says so", answered(502, html, replay), Unknown, "", outcome.ServerError},
		{"408 of nobody's", answered(408, "", replay), Unknown, "", outcome.ServerError},
		{"408", answered(408, fault("INTERNAL_002"), replay), Burnt, "", outcome.ServerError},
		{"cut off", cutOff(201, contactBody[:80], replay), Unknown, "", outcome.BadResponse},
		{"refused key", answered(401, "", replay), Stop, KeyRefused, ""},
		{"key reuse", answered(409, fault("CONFLICT_005"), replay), Stop, KeyReuse, ""},
		{"redirect", answered(302, "", replay), Stop, Redirected, ""},
		{"not a replay", answered(500, fault("INTERNAL_001"), "Idempotent-Replayed: false"), Unknown, "", outcome.ServerError},
	})
	if v := Classify(ours, answered(201, contactBody, replay)); !v.Recovered {
		t.Error("a replayed creation is not Recovered")
	}
	if v := Classify(ours, answered(201, contactBody)); v.Recovered || v.Contact.ID != uuid {
		t.Errorf("a fresh creation: got recovered %t, id %q", v.Recovered, v.Contact.ID)
	}
}

func TestStopSaysWhatToDo(t *testing.T) {
	for _, c := range []Cause{KeyRefused, AccessRefused, AccountSuspended, ProfileUnknown, WrongAddress, OutOfBalance,
		OutOfQuota, KeyReuse, BadCall, Redirected, SandboxAnswer} {
		got := stop(c, answered(400, fault("MOON_001"))).Text()
		for _, want := range []string{"400 MOON_001: as documented", "run"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q does not contain %q", c, got, want)
			}
		}
		if strings.Contains(got, "--") {
			t.Errorf("%s: %q names a flag, which is for the command to do", c, got)
		}
	}
}

func TestUnknownCausePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	stop("no such cause", Answer{})
}

func FuzzClassify(f *testing.F) {
	f.Add(201, "Idempotent-Replayed", "true", []byte(contactBody), false)
	f.Add(409, "Retry-After", "-1", []byte(fault("RESOURCE_007")), false)
	f.Add(503, "Date", "Thu, 01 Jan 1970 00:00:00 GMT", []byte(html), true)
	f.Add(400, "X-RateLimit-Reset", "99999999999999999999", []byte(validation("VALIDATION_001", `{"":[]}`)), false)
	f.Add(201, "Date", "", []byte(`{"Success":true,"success":true,"data":{"contact":{"id":"x1","ID":"x2","format_e164":"+14155552671"}}}`), false)
	f.Add(200, "X-Sandbox", "TRUE", []byte(`{"success":true,"data":{"contacts":[null,1,{}],"pagination":[]}}`), false)
	f.Fuzz(func(t *testing.T, status int, name, value string, body []byte, truncated bool) {
		a := Answer{Status: status, Header: http.Header{http.CanonicalHeaderKey(name): {value}}, Body: body, Truncated: truncated}
		testDecoder.decode(&a)
		a.decodeAccount()
		v := Classify(ours, a)
		if v.Kind == Created && (truncated || !isSuccess(status) || !tellsOfCreation(body, v.Contact.ID)) {
			t.Errorf("Created by status %d, body %q", status, body)
		}
		if (v.Kind == Exists || v.Kind == InvalidNumber) && (truncated || !json.Valid(body)) {
			t.Errorf("%s by status %d, body %q", v.Kind, status, body)
		}
		found := ClassifyLookup(ours, a)
		if found.Kind == Found && (found.Contact.ID == "" || !found.Contact.Is(ours)) {
			t.Errorf("Found by status %d, body %q", status, body)
		}
		ClassifyRead(a)
		for _, text := range []string{v.Message, found.Message, a.Message} {
			if len([]rune(text)) > 1000 || strings.ContainsAny(text, "\n\r\t\x00\x1b") {
				t.Errorf("message %q", text)
			}
		}
		if a.RetryAfter < 0 {
			t.Errorf("RetryAfter: got %v", a.RetryAfter)
		}
	})
}

// tellsOfCreation reports whether the body is a success that has the contact with
// the id and our number. It decodes the body in another way than the package.
func tellsOfCreation(body []byte, id string) bool {
	var whole map[string]any
	if json.Unmarshal(body, &whole) != nil || whole["success"] != true {
		return false
	}
	data, _ := whole["data"].(map[string]any)
	inner, _ := data["contact"].(map[string]any)
	is := func(c map[string]any) bool {
		return id != "" && c["id"] == id && (c["format_e164"] == ours || c["phone_number"] == ours)
	}
	return is(data) || is(inner)
}

// testDecoder is the decoder of a client without a key.
var testDecoder = newDecoder("")

func BenchmarkDecodeAndClassify(b *testing.B) {
	header := http.Header{"Date": {"Thu, 15 Jan 2026 10:30:00 GMT"}, "X-Request-Id": {"req_1"}}
	b.ReportAllocs()
	for b.Loop() {
		a := Answer{Status: 201, Header: header, Body: []byte(contactBody)}
		testDecoder.decode(&a)
		if v := Classify(ours, a); v.Kind != Created {
			b.Fatal(v.Kind)
		}
	}
}
