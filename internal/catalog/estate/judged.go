package estate

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
)

// Judged is a set of queries with what a colleague would think of the answers.
type Judged struct {
	Records []*catalog.Record
	Queries []Query
}

// Query is something that somebody typed.
type Query struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	Kind string `json:"kind"` // "name", "typo", …: README.md of the set
	Half string `json:"half"` // "tuning" or "held-out"
	// Grades are from 1 to 3, by OWNER/NAME; what is not there has 0.
	Grades map[string]int `json:"-"`
}

// ReadJudged reads a set from its folder: records.jsonl.gz, queries.jsonl and
// judgements.jsonl.
func ReadJudged(dir string) (*Judged, error) {
	set := &Judged{}
	packed, err := os.Open(filepath.Join(dir, "records.jsonl.gz"))
	if err != nil {
		return nil, err
	}
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		return nil, fault.Errorf("records.jsonl.gz: %w", err)
	}
	if set.Records, err = readLines[*catalog.Record](unpacked); err != nil {
		return nil, fault.Errorf("records.jsonl.gz: %w", err)
	}
	if set.Queries, err = readLinesOf[Query](filepath.Join(dir, "queries.jsonl")); err != nil {
		return nil, err
	}
	type judgement struct {
		Query, Repository string
		Grade             int
	}
	judgements, err := readLinesOf[judgement](filepath.Join(dir, "judgements.jsonl"))
	if err != nil {
		return nil, err
	}
	at := map[string]map[string]int{}
	for i := range set.Queries {
		set.Queries[i].Grades = map[string]int{}
		at[set.Queries[i].ID] = set.Queries[i].Grades
	}
	for _, j := range judgements {
		grades, known := at[j.Query]
		if !known {
			return nil, fault.Errorf("judgements.jsonl judges %q, which nobody asked", j.Query)
		}
		grades[j.Repository] = j.Grade
	}
	return set, nil
}

func readLinesOf[T any](file string) ([]T, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, err := readLines[T](f)
	if err != nil {
		return nil, fault.Errorf("%s: %w", filepath.Base(file), err)
	}
	return all, nil
}

func readLines[T any](from io.Reader) ([]T, error) {
	var all []T
	lines := json.NewDecoder(bufio.NewReader(from))
	for {
		var one T
		if err := lines.Decode(&one); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fault.Errorf("line %d: %w", len(all)+1, err)
		}
		all = append(all, one)
	}
}
