package command

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestARealRegistry runs the scripts for which a registry of our own is not
// enough. ISRC_REGISTRY_PROGRAM names Debian's docker-registry, ISRC_HTPASSWD the
// program that makes its file of passwords; ISRC_CRANE and ISRC_SKOPEO name clients
// of other hands, the first of which has a registry of its own.
func TestARealRegistry(t *testing.T) {
	t.Parallel()
	program, htpasswd := os.Getenv("ISRC_REGISTRY_PROGRAM"), os.Getenv("ISRC_HTPASSWD")
	crane, skopeo := os.Getenv("ISRC_CRANE"), os.Getenv("ISRC_SKOPEO")
	if program == "" || htpasswd == "" || crane == "" || skopeo == "" {
		t.Skip("no registries are installed: ISRC_REGISTRY_PROGRAM, ISRC_HTPASSWD, ISRC_CRANE or ISRC_SKOPEO is not set")
	}
	realScripts(t, "registry", map[string]scriptCommand{
		"real-registry": func(ts *testscript.TestScript, neg bool, args []string) {
			if neg || len(args) != 2 {
				ts.Fatalf("usage: real-registry USER PASSWORD")
			}
			realRegistry(ts, program, htpasswd, args[0], args[1])
		},
		"crane-registry": func(ts *testscript.TestScript, neg bool, args []string) {
			if neg || len(args) != 0 {
				ts.Fatalf("usage: crane-registry")
			}
			port := serve(ts, ts.MkAbs(".crane"), func(port string) *exec.Cmd {
				return exec.Command(crane, "registry", "serve", "--address", "127.0.0.1:"+port)
			})
			ts.Setenv("REGISTRY", "127.0.0.1:"+port)
			ts.Setenv("CRANE", crane)
			ts.Setenv("SKOPEO", skopeo)
		},
	})
}

// realRegistry starts a registry on this machine, with a certificate that an
// authority of its own has signed.
func realRegistry(ts *testscript.TestScript, program, htpasswd, user, password string) {
	dir := ts.MkAbs(".registry")
	ts.Check(os.MkdirAll(filepath.Join(dir, "data"), 0o755))
	ca, certFile, keyFile := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	cert, err := certify(ca, "localhost")
	ts.Check(err)
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	ts.Check(err)
	ts.Check(os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}), 0o600))
	ts.Check(os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600))
	users, err := exec.Command(htpasswd, "-nbB", user, password).Output()
	ts.Check(err)
	ts.Check(os.WriteFile(filepath.Join(dir, "htpasswd"), users, 0o600))
	port := serve(ts, filepath.Join(dir, "log"), func(port string) *exec.Cmd {
		config := fmt.Sprintf(`version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: %[1]s/data}}
http: {addr: "127.0.0.1:%[2]s", secret: for-tests, tls: {certificate: %[1]s/cert.pem, key: %[1]s/key.pem}}
auth: {htpasswd: {realm: a registry, path: %[1]s/htpasswd}}
`, dir, port)
		ts.Check(os.WriteFile(filepath.Join(dir, "config.yml"), []byte(config), 0o600))
		cmd := exec.Command(program, "serve", filepath.Join(dir, "config.yml"))
		cmd.Env = append(os.Environ(), "OTEL_TRACES_EXPORTER=none")
		return cmd
	})
	ts.Setenv("REGISTRY", "localhost:"+port)
	ts.Setenv("REGISTRY_CA", ca)
}
