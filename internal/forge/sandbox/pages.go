package sandbox

import "net/http"

func (f *Forge) servePage(w *answerWriter, x *exchange) {
	http.Error(w, "not yet", http.StatusNotFound)
}
