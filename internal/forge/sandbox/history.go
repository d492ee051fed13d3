package sandbox

import (
	"bytes"
	"fmt"
	"sort"
	"strings"
	"time"
)

// history plays what happened to a seeded repository: into objects in memory
// and, if wanted, as a stream for git fast-import.
type history struct {
	f     *Forge
	r     *repository
	out   bytes.Buffer
	mark  int
	tip   int // mark of the default branch's newest commit
	log   string
	pulls map[int]pullMarks

	stream  bool // write the stream, not only the objects
	commits []*seedCommit
	refs    map[string]*seedCommit
}

// pullMarks are the commits of a seeded pull request.
type pullMarks struct{ head, base, merge int }

// event is one thing that happened to the repository, in the order of time.
type event struct {
	age  Age
	play func(event)
}

// changeLog is the file to which each commit of a seeded history adds a line.
const changeLog = "CHANGELOG.md"

func newHistory(f *Forge, r *repository) *history {
	h := &history{f: f, r: r, pulls: map[int]pullMarks{}, refs: map[string]*seedCommit{}, log: "# Changes\n\n"}
	for _, x := range r.spec.Files {
		if x.Path == changeLog {
			h.log = strings.TrimRight(x.Data, "\n") + "\n"
		}
	}
	return h
}

// write plays every event, oldest first.
func (h *history) write() {
	if !h.r.spec.Empty {
		h.play()
	}
	h.replay()
	h.seal()
	h.out.WriteString("done\n")
}

// play is what the world says.
func (h *history) play() {
	var all []event
	for i := range h.r.spec.History {
		c := &h.r.spec.History[i]
		all = append(all, event{c.Age, func(e event) { h.commit(c, e.age) }})
	}
	if len(all) == 0 {
		first := &Commit{By: h.founder(), Message: "feat: first version"}
		all = append(all, event{h.r.spec.Created, func(e event) { h.commit(first, e.age) }})
	}
	for i := range h.r.spec.Pulls {
		p := &h.r.spec.Pulls[i]
		if p.Merged != nil {
			all = append(all, event{*p.Merged, func(e event) { h.merge(p, e.age) }})
		} else {
			all = append(all, event{p.Age, func(e event) { h.propose(p, e.age) }})
		}
	}
	for _, x := range h.r.spec.Releases {
		all = append(all, event{x.Age, func(event) { h.point("refs/tags/"+x.Tag, h.tip) }})
	}
	oldest := all[0].age
	for i := range h.r.spec.History {
		oldest = max(oldest, all[i].age)
	}
	for i := range all {
		if i >= max(1, len(h.r.spec.History)) {
			all[i].age = min(all[i].age, oldest) // nothing happens before the first commit
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].age > all[j].age })
	for _, e := range all {
		e.play(e)
	}
	for _, b := range h.r.spec.Branches {
		h.point("refs/heads/"+b, h.tip)
	}
}

// replay adds what was pushed while there was only the seed.
func (h *history) replay() {
	for _, p := range h.r.pushes {
		h.tip = h.beginAt("refs/heads/"+h.r.branch, p.by.signature(), p.by.signature(), p.at.Unix(), p.message, h.tip)
		for _, x := range p.files {
			h.file(x)
		}
	}
}

// objects are what was played, once write has been called.
func (h *history) objects() *seedObjects {
	return &seedObjects{commits: h.commits, refs: h.refs, branch: h.r.branch, pulls: h.pulls}
}

// seal ends the commit that is being written.
//
//go:noinline
func (h *history) seal() {
	if len(h.commits) > 0 {
		h.commits[len(h.commits)-1].seal()
	}
}

// founder signs the first commit when the world names nobody.
func (h *history) founder() string {
	if o := h.r.owner.org; o != nil && len(o.Owners) > 0 {
		return o.Owners[0]
	}
	return h.r.owner.Login
}

// commit adds one commit to the default branch; the first brings the files.
func (h *history) commit(c *Commit, age Age) {
	who := h.identity(c.By)
	tip := h.begin("refs/heads/"+h.r.branch, who, who, age, h.signed(c.Message, c.By), h.tip)
	if h.tip == 0 {
		for _, x := range h.r.spec.Files {
			h.file(x)
		}
	}
	h.logLine(c.Message, h.tip != 0)
	h.tip = tip
}

// propose makes the head of a pull request that is open or declined.
func (h *history) propose(p *Pull, age Age) {
	head := h.head(p, age)
	h.pulls[p.Number] = pullMarks{head: head, base: h.tip}
	if !p.Fork && p.Closed == nil {
		i := h.r.issues[p.Number]
		h.point("refs/heads/"+i.pull.branch, head)
	}
}

// merge makes a head and the squashed commit that took it in.
func (h *history) merge(p *Pull, age Age) {
	base, head := h.tip, h.head(p, age+Age(time.Hour))
	message := fmt.Sprintf("%s (#%d)", p.Title, p.Number)
	if _, rest, ok := strings.Cut(p.Message, "\n"); ok {
		message += "\n" + rest
	}
	author := h.identity(p.By)
	tip := h.begin("refs/heads/"+h.r.branch, author, "GitHub <noreply@github.com>", age, h.signed(message, p.By), base)
	for _, x := range p.Files {
		h.file(x)
	}
	h.logLine(message, true)
	h.tip = tip
	h.pulls[p.Number] = pullMarks{head: head, base: base, merge: tip}
}

func (h *history) head(p *Pull, age Age) int {
	who := h.identity(p.By)
	message := orElse(p.Message, p.Title)
	mark := h.begin(fmt.Sprintf("refs/pull/%d/head", p.Number), who, who, age, h.signed(message, p.By), h.tip)
	for _, x := range p.Files {
		h.file(x)
	}
	if len(p.Files) == 0 {
		h.file(File{Path: changeLog, Data: h.log + "- " + firstLine(message) + "\n"})
	}
	return mark
}

// begin opens a commit; the files that follow belong to it.
func (h *history) begin(ref, author, committer string, age Age, message string, parent int) int {
	return h.beginAt(ref, author, committer, h.f.day().Add(-time.Duration(age)).Unix(), message, parent)
}

func (h *history) beginAt(ref, author, committer string, at int64, message string, parent int) int {
	h.seal()
	h.mark++
	c := &seedCommit{tree: newTree(), author: author, committer: committer, at: at, message: message}
	if parent != 0 {
		c.parent = h.commits[parent-1]
		c.tree = c.parent.tree
	}
	h.commits = append(h.commits, c)
	h.refs[ref] = c
	if !h.stream {
		return h.mark
	}
	fmt.Fprintf(&h.out, "commit %s\nmark :%d\nauthor %s %d +0000\ncommitter %s %d +0000\n", ref, h.mark, author, at, committer, at)
	h.data(message)
	if parent != 0 {
		fmt.Fprintf(&h.out, "from :%d\n", parent)
	}
	return h.mark
}

func (h *history) point(ref string, mark int) {
	if mark == 0 {
		return
	}
	h.refs[ref] = h.commits[mark-1]
	if h.stream {
		fmt.Fprintf(&h.out, "reset %s\nfrom :%d\n\n", ref, mark)
	}
}

func (h *history) file(x File) {
	c := h.commits[len(h.commits)-1]
	c.tree = c.tree.with(x.Path, orElse(x.Mode, "100644"), x.Data)
	if h.stream {
		fmt.Fprintf(&h.out, "M %s inline %s\n", orElse(x.Mode, "100644"), quotePath(x.Path))
		h.data(x.Data)
	}
}

//go:noinline
func (h *history) data(s string) { fmt.Fprintf(&h.out, "data %d\n%s\n", len(s), s) }

// logLine notes a commit in the change log, which is written from the second
// commit on.
func (h *history) logLine(message string, write bool) {
	if !write {
		return
	}
	h.log += "- " + firstLine(message) + "\n"
	h.file(File{Path: changeLog, Data: h.log})
}

func (h *history) identity(login string) string {
	u := h.f.state.user(login)
	if u == nil {
		return login + " <" + login + "@users.noreply.example>"
	}
	return u.signature()
}

// signature is a person as git writes one, without what would end the name.
func (u *user) signature() string {
	plain := strings.NewReplacer("<", "", ">", "", "\n", " ")
	return fmt.Sprintf("%s <%s>", plain.Replace(orElse(u.Name, u.Login)), plain.Replace(u.address()))
}

//go:noinline
func (u *user) address() string { return orElse(u.Email, u.Login+"@users.noreply.example") }

func (h *history) signed(message, login string) string {
	return signedBy(h.r.spec, message, h.f.state.user(login))
}

// signedBy ends a message with a newline and, where the repository wants it,
// its author's sign-off.
func signedBy(spec *Repo, message string, author *user) string {
	message = strings.TrimRight(message, "\n") + "\n"
	if spec.SignOff && author != nil && !strings.Contains(message, "Signed-off-by:") {
		message += "\nSigned-off-by: " + author.signature() + "\n"
	}
	return message
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// quotePath writes a path as fast-import reads it.
func quotePath(p string) string {
	if !strings.ContainsAny(p, "\"\n\\ ") {
		return p
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(p) + `"`
}
