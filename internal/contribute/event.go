package contribute

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/rule"
)

// Event is a pull request as a CI job is told of it.
type Event struct {
	Number   int
	Title    string
	Body     string
	Labels   []string
	HeadSHA  string
	BaseSHA  string
	BaseRef  string
	HeadRef  string
	Upstream forge.RepoName
	Direct   bool // the head lies in the upstream itself, not in a fork
}

// event reads what a CI job was told, as GitHub's runners tell it.
func (f Finder) event() (*Event, error) {
	path := f.Getenv("GITHUB_EVENT_PATH")
	if path == "" || f.Getenv("GITHUB_BASE_REF") == "" {
		return nil, nil
	}
	data, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return nil, fault.Errorf("read the CI event: %w", err)
	}
	var raw struct {
		Pull struct {
			Number int
			Title  string
			Body   string
			Labels []struct{ Name string }
			Head   struct {
				SHA, Ref string
				Repo     struct {
					FullName string `json:"full_name"`
				}
			}
			Base struct {
				SHA, Ref string
				Repo     struct {
					FullName string `json:"full_name"`
				}
			}
		} `json:"pull_request"`
	}
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, fault.Errorf("read the CI event %s: %w", path, err)
	}
	if raw.Pull.Number == 0 {
		return nil, nil
	}
	e := &Event{Number: raw.Pull.Number, Title: raw.Pull.Title, Body: raw.Pull.Body, HeadSHA: raw.Pull.Head.SHA, HeadRef: raw.Pull.Head.Ref, BaseSHA: raw.Pull.Base.SHA, BaseRef: raw.Pull.Base.Ref}
	for _, l := range raw.Pull.Labels {
		e.Labels = append(e.Labels, l.Name)
	}
	server := strings.TrimSuffix(f.Getenv("GITHUB_SERVER_URL"), "/")
	if server == "" {
		server = "https://github.com"
	}
	if e.Upstream, err = forge.ParseRepo(server+"/"+raw.Pull.Base.Repo.FullName, ""); err != nil {
		return nil, fault.Errorf("read the CI event %s: %w", path, err)
	}
	e.Direct = strings.EqualFold(raw.Pull.Head.Repo.FullName, raw.Pull.Base.Repo.FullName)
	return e, nil
}

// Draft gives the event as the draft of a pull request.
func (e *Event) Draft() rule.Draft {
	return rule.Draft{Title: e.Title, Body: e.Body, Labels: e.Labels, Exists: true, TitleFrom: fmt.Sprintf("pull request #%d", e.Number)}
}
