package guideline

import "strings"

// facts answer the look-ups of a condition.
type facts struct {
	moment
	change *Moment
	given  map[string]string
}

// person is the login of a contributor whom nobody knows yet: no bot, and
// nobody whom a condition names.
const person = "\x00person"

// lookup answers a path of a context.
func (f *facts) lookup(path string) exprValue {
	root, rest, _ := strings.Cut(path, ".")
	switch root {
	case "github":
		if event, ok := strings.CutPrefix(rest, "event."); ok {
			return f.event(event)
		}
		return f.github(rest)
	case "inputs":
		if v, ok := f.given[rest]; ok && !strings.Contains(v, "${{") {
			return known(typed(v))
		}
	case "matrix", "runner", "job", "strategy":
		return exprValue{any: true} // some of the runs is as it is asked
	}
	return doubtful(Unclear)
}

// typed reads a value that YAML would not call a text.
func typed(v string) any {
	switch v {
	case "true":
		return true
	case "false":
		return false
	}
	return v
}

func (f *facts) github(name string) exprValue {
	push := f.moment.event == "push"
	switch name {
	case "event_name":
		return known(f.moment.event)
	case "repository":
		return orOpen(f.repo)
	case "repository_owner":
		owner, _, _ := strings.Cut(f.repo, "/")
		return orOpen(owner)
	case "base_ref":
		if push {
			return known("")
		}
		return orOpen(f.base)
	case "head_ref":
		if push {
			return known("")
		}
		return f.ofChange(func(m *Moment) any { return m.Head })
	case "ref":
		return f.ref()
	case "ref_type":
		return known("branch")
	case "ref_name":
		if push {
			return orOpen(f.head)
		}
		return exprValue{doubt: True, v: "0/merge"}
	case "actor", "triggering_actor":
		return f.login()
	case "server_url":
		return known("https://github.com")
	case "event":
		return known([]string{})
	}
	return doubtful(Unclear)
}

func (f *facts) ref() exprValue {
	switch f.moment.event {
	case "push":
		if f.head == "" {
			return doubtful(Open)
		}
		return known("refs/heads/" + f.head)
	case "pull_request_target":
		if f.base == "" {
			return doubtful(Open)
		}
		return known("refs/heads/" + f.base)
	case "merge_group":
		return known("refs/heads/gh-readonly-queue/0")
	}
	return known("refs/pull/0/merge")
}

// event answers what stands in the event's payload.
func (f *facts) event(path string) exprValue {
	if name, ok := strings.CutPrefix(path, "pull_request."); ok {
		if !strings.HasPrefix(f.moment.event, "pull_request") {
			return known(nil)
		}
		return f.pull(name)
	}
	switch path {
	case "action":
		return exprValue{doubt: True, oneOf: f.actions()}
	case "pull_request":
		return known(map[bool]any{true: []string{}, false: nil}[strings.HasPrefix(f.moment.event, "pull_request")])
	case "number":
		return doubtful(Unclear)
	case "repository.full_name":
		return orOpen(f.repo)
	case "repository.owner.login":
		owner, _, _ := strings.Cut(f.repo, "/")
		return orOpen(owner)
	case "repository.name":
		_, name, _ := strings.Cut(f.repo, "/")
		return orOpen(name)
	case "repository.fork", "repository.archived":
		return known(false)
	case "sender.login":
		return f.login()
	case "sender.type":
		return known("User")
	}
	if root, _, _ := strings.Cut(path, "."); root == "changes" || root == "label" {
		return exprValue{any: true} // of one kind of event among several
	}
	switch root, _, _ := strings.Cut(path, "."); root {
	case "issue", "comment", "release", "schedule", "workflow_run", "client_payload":
		return known(nil)
	}
	return doubtful(Unclear)
}

// pull answers what stands in the event's pull request.
func (f *facts) pull(name string) exprValue {
	switch name {
	case "draft":
		return f.ofChange(func(m *Moment) any { return m.Draft })
	case "title":
		return f.ofChange(func(m *Moment) any { return m.Title })
	case "body":
		return f.ofChange(func(m *Moment) any { return m.Body })
	case "labels.*.name":
		return f.ofChange(func(m *Moment) any { return m.Labels })
	case "head.ref":
		return f.ofChange(func(m *Moment) any { return m.Head })
	case "head.repo.fork":
		return f.ofChange(func(m *Moment) any { return m.Fork })
	case "head.repo.full_name":
		return f.ofChange(func(m *Moment) any { return f.headRepo(m) })
	case "head.repo.owner.login", "head.user.login":
		return f.ofChange(func(m *Moment) any { owner, _, _ := strings.Cut(f.headRepo(m), "/"); return owner })
	case "base.ref":
		return orOpen(f.base)
	case "base.repo.full_name":
		return orOpen(f.repo)
	case "base.repo.owner.login":
		owner, _, _ := strings.Cut(f.repo, "/")
		return orOpen(owner)
	case "state":
		return known("open")
	case "merged":
		return known(false)
	case "merged_at", "auto_merge":
		return known(nil)
	case "user.login":
		return f.login()
	case "user.type":
		return known("User")
	}
	return doubtful(Unclear)
}

// headRepo is where the change comes from.
func (f *facts) headRepo(m *Moment) string {
	if !m.Fork {
		return f.repo
	}
	_, name, _ := strings.Cut(f.repo, "/")
	if m.Login == "" {
		return person + "/" + name
	}
	return m.Login + "/" + name
}

func (f *facts) login() exprValue {
	if f.change != nil && f.change.Login != "" {
		return known(f.change.Login)
	}
	return known(person)
}

func (f *facts) ofChange(get func(*Moment) any) exprValue {
	if f.change == nil {
		return doubtful(Open)
	}
	return known(get(f.change))
}

// actions are the kinds of events that come while a pull request is open.
func (f *facts) actions() []string {
	types := f.types
	if len(types) == 0 {
		types = []string{"opened", "synchronize", "reopened"}
	}
	out := make([]string, 0, len(types))
	for _, t := range types {
		if t != "closed" {
			out = append(out, t)
		}
	}
	return out
}

func orOpen(s string) exprValue {
	if s == "" || s == "/" {
		return doubtful(Open)
	}
	return known(s)
}
