package exchange

import (
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/manifest"
)

// manifestFile reads an innersource.json. It says nothing of which repository it
// lies in.
func (x *reader) manifestFile(data []byte) error {
	m, problems := manifest.Parse(data)
	if m == nil {
		line, why := 1, "it is no JSON object"
		if len(problems) > 0 {
			line, why = max(problems[0].Line, 1), problems[0].Message
		}
		x.refuse(line, why)
		return nil
	}
	if x.Repo.IsZero() {
		x.refuse(1, fmt.Sprintf("%s does not say of which repository it speaks: give --repo", manifest.FileName))
		return nil
	}
	for i, p := range problems {
		if i == mostNotes {
			x.note(p.Line, fmt.Sprintf("and %d more; isrc manifest check tells all", len(problems)-i))
			break
		}
		x.note(max(p.Line, 1), strings.TrimPrefix(p.Key+": "+p.Message, ": "))
	}
	r := x.record()
	r.Declare(m, string(data))
	if m.Isrc != nil {
		if name := catalog.TeamName(m.Isrc.Owner); name != "" {
			r.Team = &catalog.Team{Name: name, From: fmt.Sprintf("%s:%d", manifest.FileName, m.Line("isrc.owner"))}
		}
	}
	return x.take(r, 1)
}

// mostNotes bounds what is said of one file.
const mostNotes = 10

// record is a record of the repository that the reader was told of.
func (x *reader) record() *catalog.Record {
	return &catalog.Record{Host: x.Repo.Host, Owner: x.Repo.Owner, Name: x.Repo.Name}
}
