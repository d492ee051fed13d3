package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/term"
)

// What a server says when it refuses is as foreign as what a repository holds.
func TestWhatAServerSaysIsMadeSafe(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{
		"it forbids": 403, "it finds nothing": 404, "it is gone": 410, "it finds the request wrong": 422, "it fails": 500, "it is away": 503, "it wants a token": 401, "it answers with poison": 200,
	} {
		for _, args := range [][]string{
			{"find", "token"}, {"show", "platform/trap"}, {"contribute", "platform/trap", "--yes"}, {"contribute", "platform/trap", "--issue", "1", "--json", "all"},
			{"status"}, {"auth", "status"}, {"show", "trap"}, {"doctor"},
		} {
			t.Run(name+": "+strings.Join(args, " "), func(t *testing.T) {
				t.Parallel()
				code, out, err := against(t, status, args)
				if code == exitDone && status != 200 && args[0] != "status" {
					t.Errorf("exit code 0")
				}
				for stream, text := range map[string]string{"stdout": out, "stderr": err} {
					if why := unsafe(text); why != "" {
						t.Errorf("%s %s", stream, why)
					}
				}
			})
		}
	}
}

// against runs a command against a server that answers everything with one
// status and poison.
func against(t *testing.T, status int, args []string) (code int, out, errs string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"message": poison, "errors": []any{poison, map[string]any{"message": poison}}, "documentation_url": poison, "login": poison, "full_name": "platform/" + poison, "name": poison})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Accepted-OAuth-Scopes", "repo\x1b[2J")
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}))
	t.Cleanup(server.Close)
	home, host := t.TempDir(), strings.TrimPrefix(server.URL, "http://")
	config := filepath.Join(home, ".config", "isrc")
	if err := os.MkdirAll(config, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config, "config.yaml"), fmt.Appendf(nil, "host: %q\nhosts:\n  %q:\n    scheme: http\n", host, host), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	now, sleep := scriptClock()
	code = Run(context.Background(), Invocation{
		Args: args, Dir: home, Now: now, Sleep: sleep, Self: "isrc",
		Env:     []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "ISRC_TOKEN=token-of-nobody", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "LANG=C.UTF-8"},
		Streams: &term.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr, Width: 80},
	})
	return code, stdout.String(), stderr.String()
}
