package senttest

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// control answers the routes below /_simulator/, for other processes: truth,
// stats, outage?on=true|false. They need no key and are not counted.
func (s *Server) control(w http.ResponseWriter, r *http.Request, route string) {
	switch route {
	case "truth":
		writeJSON(w, s.Truth())
	case "stats":
		writeJSON(w, s.Stats())
	case "outage":
		on, err := strconv.ParseBool(r.URL.Query().Get("on"))
		if err != nil {
			http.Error(w, "on must be true or false: /_simulator/outage?on=true", http.StatusBadRequest)
			return
		}
		s.SetOutage(on)
		writeJSON(w, map[string]bool{"outage": on})
	default:
		http.Error(w, "no such route; there are /_simulator/truth, /_simulator/stats and /_simulator/outage?on=true", http.StatusNotFound)
	}
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v) // a client that has gone does not read it
}
