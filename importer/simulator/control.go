package simulator

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// control answers the routes below /_simulator/, for other processes: truth,
// stats, outage?on=true|false, and wait?requests=N, which answers when N requests
// have been received. These routes need no key and are not counted.
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
		s.outage.Store(on)
		writeJSON(w, map[string]bool{"outage": on})
	case "wait":
		n, err := strconv.ParseUint(r.URL.Query().Get("requests"), 10, 64)
		if err != nil {
			http.Error(w, "requests must be a number: /_simulator/wait?requests=100", http.StatusBadRequest)
			return
		}
		if s.Await(r.Context(), n) == nil {
			writeJSON(w, s.Stats())
		}
	default:
		http.Error(w, "no such route; there are /_simulator/truth, /_simulator/stats, /_simulator/outage?on=true and /_simulator/wait?requests=100", http.StatusNotFound)
	}
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v) // a client that has gone does not read it
}
