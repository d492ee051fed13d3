package sandbox

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// commitInfo is a commit as git log tells it.
type commitInfo struct {
	sha, tree                     string
	parents                       []string
	authorName, authorEmail       string
	committerName, committerEmail string
	authored, committed           time.Time
	signed                        bool
	message                       string
}

// changedFile is a file that a commit adds or changes.
type changedFile struct {
	path string
	size int64
}

// commitFormat separates fields by a byte that git keeps out of them, and
// commits by NUL.
const commitFormat = "%H%x01%T%x01%P%x01%an%x01%ae%x01%at%x01%cn%x01%ce%x01%ct%x01%B"

// log lists commits as git log selects them.
func (g gitCommand) log(ctx context.Context, dir string, args ...string) ([]commitInfo, error) {
	args = append([]string{"log", "-z", "--format=" + commitFormat, "--no-show-signature", "--encoding=UTF-8"}, args...)
	out, err := g.run(ctx, dir, nil, args...)
	if err != nil {
		return nil, err
	}
	var all []commitInfo
	for _, record := range strings.Split(out, "\x00") {
		p := strings.SplitN(record, "\x01", 10)
		if len(p) != 10 {
			continue
		}
		all = append(all, commitInfo{
			sha: p[0], tree: p[1], parents: strings.Fields(p[2]),
			authorName: p[3], authorEmail: p[4], authored: unix(p[5]),
			committerName: p[6], committerEmail: p[7], committed: unix(p[8]),
			message: strings.TrimRight(p[9], "\n"),
		})
	}
	return all, nil
}

func unix(s string) time.Time {
	n, _ := strconv.ParseInt(s, 10, 64)
	return time.Unix(n, 0).UTC()
}

// maxJudged bounds how many commits of one push are looked at.
const maxJudged = 5000

// commits are those that an update brings and no reference has yet.
func (j *pushJudge) commits(u refUpdate) []commitInfo {
	args := []string{"--max-count=" + strconv.Itoa(maxJudged), u.new, "--not", "--all"}
	all, err := j.git.log(j.ctx, j.r.dir, args...)
	if err != nil {
		j.say(u.ref, "the commits cannot be read: %v", err)
		return nil
	}
	if !j.needsSignatures(u.ref) {
		return all
	}
	for i := range all {
		raw, err := j.git.run(j.ctx, j.r.dir, nil, "cat-file", "commit", all[i].sha)
		header, _, _ := strings.Cut(raw, "\n\n")
		all[i].signed = err == nil && strings.Contains(header, "\ngpgsig")
	}
	return all
}

func (j *pushJudge) needsSignatures(ref string) bool {
	for _, x := range j.f.rulesFor(j.r, ref, j.user) {
		if x.Type == "required_signatures" {
			return true
		}
	}
	return false
}

// files are those that the commits add or change, with their sizes.
func (j *pushJudge) files(commits []commitInfo) []changedFile {
	if len(commits) == 0 {
		return nil
	}
	var shas strings.Builder
	for _, c := range commits {
		shas.WriteString(c.sha + "\n")
	}
	out, err := j.git.run(j.ctx, j.r.dir, strings.NewReader(shas.String()),
		"diff-tree", "--stdin", "-r", "-z", "--root", "--no-commit-id", "--raw", "--no-renames", "--diff-filter=AMT", "--no-abbrev")
	if err != nil {
		return nil
	}
	var paths, blobs []string
	fields := strings.Split(out, "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		meta := strings.Fields(fields[i])
		if len(meta) < 5 {
			break
		}
		paths, blobs = append(paths, fields[i+1]), append(blobs, meta[3])
	}
	sizes, err := j.git.run(j.ctx, j.r.dir, strings.NewReader(strings.Join(blobs, "\n")+"\n"), "cat-file", "--batch-check=%(objectsize)")
	lines := strings.Split(sizes, "\n")
	all := make([]changedFile, len(paths))
	for i := range paths {
		all[i].path = paths[i]
		if err == nil && i < len(lines) {
			all[i].size, _ = strconv.ParseInt(lines[i], 10, 64)
		}
	}
	return all
}

func (j *pushJudge) isAncestor(old, tip string) bool {
	_, err := j.git.run(j.ctx, j.r.dir, nil, "merge-base", "--is-ancestor", old, tip)
	return err == nil
}
