package command

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// A namedRepo is a repository as a list names it, and where.
type namedRepo struct {
	text string
	line int // 0 in JSON
}

// repoNames reads a list of repositories: one in a line, as text or a list of
// YAML, or the JSON that gh, isrc and forges write of repositories.
func repoNames(r io.Reader) ([]namedRepo, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	if bytes.HasPrefix(data, []byte("[")) || bytes.HasPrefix(data, []byte("{")) {
		return namesInJSON(data)
	}
	var out []namedRepo
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		if word := nameInLine(lines.Text()); word != "" {
			out = append(out, namedRepo{word, n})
		}
	}
	return out, lines.Err()
}

// nameInLine is the name in a line of text, of a table, or of a list in YAML.
func nameInLine(line string) string {
	line, _, _ = strings.Cut(line, "#")
	line = strings.TrimSpace(line)
	if item, ok := strings.CutPrefix(line, "- "); ok {
		line = strings.TrimSpace(item)
	}
	if strings.HasSuffix(line, ":") || line == "---" { // the head of a list
		return ""
	}
	for _, key := range []string{"name:", "repo:", "repository:", "fullName:", "full_name:"} {
		line = strings.TrimSpace(strings.TrimPrefix(line, key))
	}
	line, _, _ = strings.Cut(line, "\t") // find and others write a table
	return strings.Trim(strings.TrimSpace(line), `"'`)
}

func namesInJSON(data []byte) ([]namedRepo, error) {
	var out []namedRepo
	values := json.NewDecoder(bytes.NewReader(data))
	for {
		var v any
		switch err := values.Decode(&v); {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, err
		}
		out = namesInValue(out, v)
	}
}

// namesInValue finds the names in a value: of an object the one by which it
// names itself, else those of the lists in it.
func namesInValue(out []namedRepo, v any) []namedRepo {
	switch v := v.(type) {
	case string:
		return append(out, namedRepo{text: v})
	case []any:
		for _, e := range v {
			out = namesInValue(out, e)
		}
	case map[string]any:
		for _, key := range []string{"fullName", "full_name", "nameWithOwner", "repository", "repo", "html_url", "url"} {
			if one, ok := v[key]; ok {
				return namesInValue(out, one)
			}
		}
		for _, key := range []string{"items", "repositories", "repos"} {
			if all, ok := v[key].([]any); ok {
				return namesInValue(out, all)
			}
		}
	}
	return out
}
