package guideline

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

// readOwners reads the code owners as the forge does on which the repository
// lies.
func (s *Set) readOwners(f *files) {
	dialect := OwnersDialectOf(s.Repo.Host, func(name string) bool {
		dir, base := path.Split(name)
		for _, n := range f.names(path.Join(".", dir)) {
			if strings.TrimSuffix(n, "/") == base {
				return true
			}
		}
		return false
	})
	for _, name := range dialect.Paths() {
		data, err := f.readUpTo(name, maxOwners+1)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			s.unread(name, err)
			return
		}
		s.Owners = ParseOwners(f.source(KindOwners, name), data, dialect)
		return
	}
}

// OwnersDialectOf is the dialect of the forge behind a host, by its name. A host
// that tells nothing, and a folder on no host, are known by the files and
// folders that only one kind of forge reads.
func OwnersDialectOf(host string, has func(name string) bool) OwnersDialect {
	host = strings.ToLower(host)
	label, _, _ := strings.Cut(host, ":")
	switch {
	case label == "github.com" || strings.HasSuffix(label, ".ghe.com") || strings.Contains(label, "github"):
		return GitHubOwners
	case strings.Contains(label, "gitlab"):
		return GitLabOwners
	case label == "codeberg.org" || strings.Contains(label, "gitea") || strings.Contains(label, "forgejo"):
		return GiteaOwners
	}
	for _, mark := range []struct {
		name    string
		dialect OwnersDialect
	}{
		{".github/CODEOWNERS", GitHubOwners}, {".gitlab/CODEOWNERS", GitLabOwners},
		{".gitea/CODEOWNERS", GiteaOwners}, {".forgejo/CODEOWNERS", GiteaOwners},
		{".github", GitHubOwners}, {".gitlab-ci.yml", GitLabOwners}, {".gitlab", GitLabOwners},
		{".gitea", GiteaOwners}, {".forgejo", GiteaOwners},
	} {
		if has(mark.name) {
			return mark.dialect
		}
	}
	return GitHubOwners
}
