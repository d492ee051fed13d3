package sandbox

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// activeRule is a rule in force for a reference.
type activeRule struct {
	Rule
	set *ruleset
}

// rulesFor are the rules in force for a reference and a user; nil for a user
// asks for everybody's. The caller holds mu.
func (f *Forge) rulesFor(r *repository, ref string, who *user) []activeRule {
	var out []activeRule
	for _, s := range f.rulesetsOf(r) {
		if s.Enforcement != "active" || !s.covers(ref, r.branch) || who != nil && f.bypasses(s, r, who) {
			continue
		}
		for _, x := range s.Rules {
			out = append(out, activeRule{x, s})
		}
	}
	return out
}

// rulesetsOf are a repository's own rulesets; push rulesets bind its forks too.
//
//go:noinline
func (f *Forge) rulesetsOf(r *repository) []*ruleset {
	if r.parent == nil {
		return r.rulesets
	}
	var out []*ruleset
	for _, s := range r.source().rulesets {
		if s.Target == "push" {
			out = append(out, s)
		}
	}
	return out
}

func (f *Forge) bypasses(s *ruleset, r *repository, who *user) bool {
	for _, b := range s.Bypass {
		slug, isTeam := strings.CutPrefix(b, "@")
		if isTeam && r.source().owner.inTeam(slug, who.Login) || !isTeam && strings.EqualFold(b, who.Login) {
			return true
		}
	}
	return false
}

// covers tells whether a ruleset applies to a reference.
func (s *ruleset) covers(ref, defaultBranch string) bool {
	prefix := map[string]string{"branch": "refs/heads/", "tag": "refs/tags/", "push": "refs/"}[s.Target]
	if prefix == "" || !strings.HasPrefix(ref, prefix) {
		return false
	}
	if s.Target == "push" {
		return true
	}
	match := func(pattern string) bool {
		switch pattern {
		case "~ALL":
			return true
		case "~DEFAULT_BRANCH":
			return ref == "refs/heads/"+defaultBranch
		}
		if !strings.HasPrefix(pattern, "refs/") {
			pattern = prefix + pattern
		}
		return glob(pattern, ref)
	}
	included := len(s.Include) == 0
	for _, p := range s.Include {
		included = included || match(p)
	}
	for _, p := range s.Exclude {
		included = included && !match(p)
	}
	return included
}

// pushJudge asks every rule about a push that lies aside.
type pushJudge struct {
	ctx   context.Context
	f     *Forge
	r     *repository
	user  *user
	token token
	git   gitCommand
	found []violation
}

//go:noinline
func (j *pushJudge) say(ref, format string, args ...any) { j.sayAs("", ref, format, args...) }

//go:noinline
func (j *pushJudge) sayAs(kind, ref, format string, args ...any) {
	j.found = append(j.found, violation{ref, fmt.Sprintf(format, args...), kind})
}

func (j *pushJudge) update(u refUpdate) {
	var commits []commitInfo
	var files []changedFile
	if !u.delete() {
		commits = j.commits(u)
		files = j.files(commits)
	}
	if !j.token.has("workflow") {
		for _, x := range files {
			if strings.HasPrefix(x.path, ".github/workflows/") {
				j.sayAs("reason", u.ref, "refusing to allow a Personal Access Token to create or update workflow `%s` without `workflow` scope", x.path)
				break
			}
		}
	}
	j.policies(u, commits, files)
	for _, rule := range j.f.rulesFor(j.r, u.ref, j.user) {
		j.rule(rule, u, commits, files)
	}
}

// policies judges one update by what GitHub asks of every push, as far as the
// forge was told to.
func (j *pushJudge) policies(u refUpdate, commits []commitInfo, files []changedFile) {
	if u.delete() {
		return
	}
	if j.f.pushPolicy(j.r, "protected-branch") {
		j.sayAs("GH006", u.ref, "error: GH006: Protected branch update failed for %s.\nerror: \nerror: - Changes must be made through a pull request.", u.ref)
	}
	for _, p := range j.f.inForce(nil, j.r) {
		if p.name == "no-new-branches" && u.create() { // in the repository itself, not in its forks
			j.say(u.ref, "Cannot create ref due to creations being restricted.")
		}
	}
	if j.f.pushPolicy(j.r, "private-email") {
		j.sayAs("GH007", u.ref, "error: GH007: Your push would publish a private email address.\nYou can make your email public or disable this protection by visiting:\n%s/settings/emails", j.f.URL())
	}
	for _, x := range files {
		if j.f.pushPolicy(j.r, "file-limit") && strings.HasSuffix(x.path, ".bin") {
			j.sayAs("GH001", u.ref, "warning: File half.bin is 64.00 MB; this is larger than GitHub's recommended maximum file size of 50.00 MB\nerror: Trace: 0e1f2a\nerror: See https://gh.io/lfs for more information.\nerror: File %s is 123.45 MB; this exceeds GitHub's file size limit of 100.00 MB\nerror: GH001: Large files detected. You may want to try Git Large File Storage - https://git-lfs.github.com.", x.path)
		}
		if j.f.pushPolicy(j.r, "push-protection") && strings.Contains(x.path, "secret") && len(commits) > 0 {
			j.sayAs("secret", u.ref, "         - commit: %s\n           path: %s:1", commits[0].sha, x.path)
		}
	}
}

// rule judges one update by one rule; types that are not known pass.
func (j *pushJudge) rule(rule activeRule, u refUpdate, commits []commitInfo, files []changedFile) {
	moves := !u.create() && !u.delete()
	switch rule.Type {
	case "creation":
		if u.create() {
			j.say(u.ref, "Creating this reference is restricted.")
		}
	case "deletion":
		if u.delete() {
			j.say(u.ref, "This branch must not be deleted.")
		}
	case "update":
		if moves {
			j.say(u.ref, "Updating this reference is restricted.")
		}
	case "non_fast_forward":
		if moves && !j.isAncestor(u.old, u.new) {
			j.say(u.ref, "This branch must not be force-pushed.")
		}
	case "pull_request":
		if moves {
			j.say(u.ref, "Changes must be made through a pull request.")
		}
	case "required_status_checks":
		j.requiredChecks(rule, u)
	case "required_signatures":
		for _, c := range commits {
			if !c.signed {
				j.say(u.ref, "Commits must have verified signatures; %.7s has none.", c.sha)
				break
			}
		}
	case "branch_name_pattern", "tag_name_pattern":
		name := strings.TrimPrefix(strings.TrimPrefix(u.ref, "refs/heads/"), "refs/tags/")
		if u.create() && !matchesPattern(rule.Parameters, name) {
			j.say(u.ref, "The name %q %s", name, describePattern(rule.Parameters))
		}
	case "commit_message_pattern", "commit_author_email_pattern", "committer_email_pattern":
		j.commitPattern(rule, u, commits)
	default:
		j.paths(rule, u, files)
	}
}

func (j *pushJudge) commitPattern(rule activeRule, u refUpdate, commits []commitInfo) {
	for _, c := range commits {
		what, value := "commit message", c.message
		switch rule.Type {
		case "commit_author_email_pattern":
			what, value = "author e-mail "+c.authorEmail, c.authorEmail
		case "committer_email_pattern":
			what, value = "committer e-mail "+c.committerEmail, c.committerEmail
		}
		if !matchesPattern(rule.Parameters, value) {
			j.say(u.ref, "The %s of %.7s %s", what, c.sha, describePattern(rule.Parameters))
		}
	}
}

func (j *pushJudge) paths(rule activeRule, u refUpdate, files []changedFile) {
	for _, x := range files {
		switch rule.Type {
		case "file_path_restriction":
			for _, p := range stringsOf(rule.Parameters["restricted_file_paths"]) {
				if glob(p, x.path) || glob(p+"/**", x.path) {
					j.say(u.ref, "The file path %s is restricted.", x.path)
				}
			}
		case "file_extension_restriction":
			for _, p := range stringsOf(rule.Parameters["restricted_file_extensions"]) {
				if glob("**/*"+strings.TrimPrefix(p, "*"), x.path) {
					j.say(u.ref, "The file extension of %s is restricted.", x.path)
				}
			}
		case "max_file_path_length":
			if n := intOf(rule.Parameters["max_file_path_length"]); n > 0 && len(x.path) > n {
				j.say(u.ref, "The file path %s is longer than %d characters.", x.path, n)
			}
		case "max_file_size":
			if n := intOf(rule.Parameters["max_file_size"]); n > 0 && x.size > int64(n)<<20 {
				j.say(u.ref, "The file %s is %d MB; at most %d MB are allowed.", x.path, x.size>>20, n)
			}
		}
	}
}

// requiredChecks refuses a direct push of a commit whose checks are not green.
func (j *pushJudge) requiredChecks(rule activeRule, u refUpdate) {
	if u.delete() || u.create() && rule.Parameters["do_not_enforce_on_create"] == true {
		return
	}
	for _, name := range requiredContexts(rule.Rule) {
		if !j.r.green(u.new, name) {
			j.say(u.ref, "Required status check %q is expected.", name)
		}
	}
}

// requiredContexts are the names of the checks that a rule requires.
//
//go:noinline
func requiredContexts(rule Rule) []string {
	var out []string
	list, _ := rule.Parameters["required_status_checks"].([]any)
	for _, item := range list {
		if m, ok := item.(map[string]any); ok {
			if s, ok := m["context"].(string); ok {
				out = append(out, s)
			}
		}
	}
	return out
}

// green tells whether a check of that name has succeeded on a commit.
//
//go:noinline
func (r *repository) green(sha, name string) bool {
	for _, c := range r.checks[sha] {
		if c.name == name && (c.conclusion == "success" || c.conclusion == "neutral" || c.conclusion == "skipped") {
			return true
		}
	}
	for _, s := range r.statuses[sha] {
		if s.context == name {
			return s.state == "success"
		}
	}
	return false
}

func matchesPattern(p map[string]any, value string) bool {
	pattern, _ := p["pattern"].(string)
	ok := false
	switch p["operator"] {
	case "starts_with":
		ok = strings.HasPrefix(value, pattern)
	case "ends_with":
		ok = strings.HasSuffix(strings.TrimRight(value, "\n"), pattern)
	case "contains":
		ok = strings.Contains(value, pattern)
	default:
		re, err := regexp.Compile("(?m)" + pattern) // RE2, and any line may match
		ok = err == nil && re.MatchString(value)
	}
	return ok != (p["negate"] == true)
}

func describePattern(p map[string]any) string {
	must := "must"
	if p["negate"] == true {
		must = "must not"
	}
	verb := map[any]string{"starts_with": "start with", "ends_with": "end with", "contains": "contain"}[p["operator"]]
	text := fmt.Sprintf("%s %s: %v", must, orElse(verb, "match the pattern"), p["pattern"])
	if name, _ := p["name"].(string); name != "" {
		text += " (" + name + ")"
	}
	return text
}

//go:noinline
func stringsOf(v any) []string {
	var out []string
	switch list := v.(type) {
	case []string:
		return list
	case []any:
		for _, x := range list {
			if s, ok := x.(string); ok {
				out = append(out, s)
			}
		}
	}
	return out
}

func intOf(v any) int {
	switch n := v.(type) {
	case int:
		return n
	case int64:
		return int(n)
	case float64:
		return int(n)
	case string:
		i, _ := strconv.Atoi(n)
		return i
	}
	return 0
}
