package command

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestARealRegistry runs the scripts for which a registry of our own is not
// enough. ISRC_REGISTRY_PROGRAM names Debian's docker-registry, and
// ISRC_HTPASSWD the program that makes its file of passwords.
func TestARealRegistry(t *testing.T) {
	t.Parallel()
	program, htpasswd := os.Getenv("ISRC_REGISTRY_PROGRAM"), os.Getenv("ISRC_HTPASSWD")
	if program == "" || htpasswd == "" {
		t.Skip("no registry is installed: ISRC_REGISTRY_PROGRAM and ISRC_HTPASSWD are not set")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "registry"),
		RequireExplicitExec: true,
		Setup:               setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exit": exitCommand, "expand": expandCommand, "catalog": catalogCommand,
			"real-registry": func(ts *testscript.TestScript, neg bool, args []string) {
				if neg || len(args) != 2 {
					ts.Fatalf("usage: real-registry USER PASSWORD")
				}
				realRegistry(ts, program, htpasswd, args[0], args[1])
			},
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
	port := freePort(ts)
	config := fmt.Sprintf(`version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: %[1]s/data}}
http: {addr: "127.0.0.1:%[2]s", secret: for-tests, tls: {certificate: %[1]s/cert.pem, key: %[1]s/key.pem}}
auth: {htpasswd: {realm: a registry, path: %[1]s/htpasswd}}
`, dir, port)
	ts.Check(os.WriteFile(filepath.Join(dir, "config.yml"), []byte(config), 0o600))
	log, err := os.Create(filepath.Join(dir, "log"))
	ts.Check(err)
	cmd := exec.Command(program, "serve", filepath.Join(dir, "config.yml"))
	cmd.Stdout, cmd.Stderr, cmd.Env = log, log, append(os.Environ(), "OTEL_TRACES_EXPORTER=none")
	ts.Check(cmd.Start())
	ts.Defer(func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); _ = log.Close() })
	await(ts, "127.0.0.1:"+port, log.Name())
	ts.Setenv("REGISTRY", "localhost:"+port)
	ts.Setenv("REGISTRY_CA", ca)
}

func freePort(ts *testscript.TestScript) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	_, port, err := net.SplitHostPort(ln.Addr().String())
	ts.Check(err)
	ts.Check(ln.Close())
	return port
}

// await waits until somebody listens: a program of others does not say when.
func await(ts *testscript.TestScript, address, log string) {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if c, err := net.Dial("tcp", address); err == nil {
			ts.Check(c.Close())
			return
		}
	}
	said, _ := os.ReadFile(log)
	ts.Fatalf("nothing listens at %s: %s", address, strings.TrimSpace(string(said)))
}
