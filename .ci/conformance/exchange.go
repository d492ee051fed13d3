package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// apiPrefix is where an Enterprise server has its REST API; the descriptions'
// paths begin after it.
const apiPrefix = "/api/v3"

// Exchange is one REST request and its answer, as the sandbox records it: one
// JSON object per line, bodies in base64.
type Exchange struct {
	Method         string
	Path           string // raw, with the query
	RequestHeader  http.Header
	RequestBody    []byte
	Status         int
	ResponseHeader http.Header
	ResponseBody   []byte
	Fault          string // not empty when the answer was spoilt on purpose

	File string `json:"-"`
	Line int    `json:"-"`
}

// Route is the escaped path below the API's prefix, without the query.
func (e Exchange) Route() string {
	path, _, _ := strings.Cut(e.Path, "?")
	return "/" + strings.Trim(strings.TrimPrefix(path, apiPrefix), "/")
}

// isGraphQL tells whether the exchange is with the GraphQL API, which has a
// schema of its own.
func (e Exchange) isGraphQL() bool {
	path, _, _ := strings.Cut(e.Path, "?")
	return path == "/api/graphql" || path == "/graphql"
}

// At says where the exchange was recorded.
func (e Exchange) At() string { return fmt.Sprintf("%s:%d", e.File, e.Line) }

// ReadExchanges reads every recording in a folder, in the order of their names.
// A folder without an exchange is an error: nothing judged is nothing proved.
func ReadExchanges(dir string) ([]Exchange, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		return nil, err
	}
	var out []Exchange
	for _, file := range files {
		read, err := readFile(file)
		if err != nil {
			return nil, err
		}
		out = append(out, read...)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s holds no recorded exchange", dir)
	}
	return out, nil
}

func readFile(file string) ([]Exchange, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var out []Exchange
	for decoder := json.NewDecoder(f); ; {
		e := Exchange{File: filepath.Base(file), Line: len(out) + 1}
		switch err := decoder.Decode(&e); {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, fmt.Errorf("read %s, line %d: %w", file, e.Line, err)
		}
		out = append(out, e)
	}
}
