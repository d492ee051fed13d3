package sandbox

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/isrc-dev/isrc/internal/fault"
)

// RecordTo gives a recorder that appends every exchange as a line of JSON to
// DIR/NAME.jsonl, for holding them against a published description of the API.
// A folder that cannot be written to is an error at once, not a silent loss.
func RecordTo(dir, name string) (func(Exchange), error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fault.Errorf("record exchanges: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, name+".jsonl"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fault.Errorf("record exchanges: %w", err)
	}
	var mu sync.Mutex
	return func(x Exchange) {
		mu.Lock()
		defer mu.Unlock()
		line, err := json.Marshal(x)
		if err == nil {
			_, err = f.Write(append(line, '\n'))
		}
		if err != nil {
			panic(fmt.Sprintf("record an exchange: %v", err)) // a conformance run with holes would prove nothing
		}
	}, nil
}
