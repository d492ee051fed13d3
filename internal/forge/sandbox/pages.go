package sandbox

import (
	"bytes"
	_ "embed"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"

	template "github.com/DataDog/datadog-agent/pkg/template/text"

	"github.com/isrc-dev/isrc/internal/lazy"
)

//go:embed pages.tmpl
var pageSource string

// pageTemplates are parsed when the first page is asked for. Package
// html/template would be a quarter of a megabyte of the program for twelve pages
// in which values stand in texts and in quoted attributes alone: what html makes
// of them is right for both.
var pageTemplates = lazy.Value(func() *template.Template {
	funcs := template.FuncMap{"inc": func(i int) int { return i + 1 }, "raw": func(s string) string { return s }, "text": func(v any) string { return html.EscapeString(fmt.Sprint(v)) }, "href": href}
	return template.Must(template.New("").Funcs(funcs).Parse(escaping(pageSource)))
})

// escaping passes every value of a template through text or, where a link begins
// with it, href, but for what raw says is a page already.
func escaping(source string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(source, "{{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		action, after, _ := strings.Cut(rest, "}}")
		b.WriteString("{{" + action)
		switch word, _, _ := strings.Cut(action, " "); word {
		case "define", "end", "if", "else", "range", "with", "template", "raw":
		default:
			how := " | text"
			if strings.HasSuffix(before, `href="`) {
				how = " | href"
			}
			b.WriteString(how)
		}
		b.WriteString("}}")
		source = after
	}
}

// href writes an address on this forge or on the web; any other leads nowhere.
func href(value any) string {
	to := fmt.Sprint(value)
	for _, begin := range []string{"/", "#", "https://", "http://"} {
		if strings.HasPrefix(to, begin) {
			return html.EscapeString(to)
		}
	}
	return "#"
}

type link struct{ Text, Href, More string }

// view is a page before it is dressed.
type view struct {
	status int
	name   string // of the template
	title  string
	crumbs []link
	data   any
	plain  *string // sent as it is instead
	media  string  // of plain, text when empty
}

//go:noinline
func pageOf(name, title string, data any) *view {
	return &view{status: http.StatusOK, name: name, title: title, data: data}
}

func plainPage(text string) *view { return &view{status: http.StatusOK, plain: &text} }

func page404() *view {
	return &view{status: http.StatusNotFound, name: "list", title: "Not found", data: listing{
		Title: "Not found",
		Text:  "There is nothing here, or it is private: pages are shown to everybody, so they leave out private repositories. The API shows them to whoever may see them.",
	}}
}

// servePage shows things to people. Browsers send no token, so pages show what
// every account may read.
func (f *Forge) servePage(w *answerWriter, x *exchange) {
	if x.r.Method != http.MethodGet && x.r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if log, found := f.logAt(x.r); found {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write([]byte(log))
		return
	}
	v := f.viewOf(x)
	if v == nil {
		v = page404()
	}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'")
	if v.plain != nil {
		h.Set("Content-Type", orElse(v.media, "text/plain; charset=utf-8"))
		w.WriteHeader(v.status)
		_, _ = w.Write([]byte(*v.plain))
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	page, err := f.dress(v)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.WriteHeader(v.status)
	_, _ = w.Write(page)
}

// dress puts a view into the frame that all pages have.
func (f *Forge) dress(v *view) ([]byte, error) {
	var body, page bytes.Buffer
	if err := pageTemplates().ExecuteTemplate(&body, v.name, v.data); err != nil {
		return nil, err
	}
	err := pageTemplates().ExecuteTemplate(&page, "page", map[string]any{
		"Title": v.title, "World": titleWords(f.world.Name), "Crumbs": v.crumbs,
		"Body": body.String(),
	})
	return page.Bytes(), err
}

// everybody is who looks at pages: nobody's member, but inside the company.
func everybody() *user { return &user{} }

// viewOf finds what a path shows, nil for nothing.
func (f *Forge) viewOf(x *exchange) *view {
	f.mu.RLock()
	defer f.mu.RUnlock()
	parts := strings.Split(strings.Trim(x.r.URL.Path, "/"), "/")
	switch parts[0] {
	case "":
		return pageOf("home", "Sandbox forge", f.homeRows())
	case "settings", "login":
		return f.settingsPage(x)
	case "orgs":
		return f.orgView(x, parts[1:])
	case "apps":
		return appPage(parts[1:])
	case "avatars":
		return f.avatar(parts[1:])
	}
	if len(parts) == 1 {
		return f.ownerPage(parts[0])
	}
	name := parts[1]
	if f.state.repo(parts[0], name) == nil {
		name = strings.TrimSuffix(name, ".git")
	}
	r := f.state.repo(parts[0], name)
	if r == nil || f.may(everybody(), r) < permPull || f.ready(x.r.Context(), r) != nil {
		return nil
	}
	c := &call{f: f, ctx: x.r.Context(), x: x, user: everybody(), repo: r, query: url.Values{}, head: http.Header{}}
	v := c.repoView(parts[2:])
	if v != nil {
		v.crumbs = []link{{Text: r.owner.Login, Href: "/" + r.owner.Login}, {Text: r.name, Href: "/" + r.fullName()}}
	}
	return v
}

// repoView shows something of a repository.
func (c *call) repoView(rest []string) *view {
	if len(rest) == 0 {
		return c.repoPage()
	}
	what, arg := rest[0], strings.Join(rest[1:], "/")
	switch what {
	case "pull", "issues", "pulls":
		if arg == "" {
			return c.issueList(what)
		}
		return c.issueView(rest[1:])
	case "blob", "raw", "tree":
		return c.fileView(what, rest[1:])
	case "commit":
		return c.commitPage(arg)
	case "actions":
		return c.jobView(rest[len(rest)-1])
	case "compare":
		return c.comparePage(arg)
	case "rules":
		return c.rulesPage(arg)
	case "releases":
		return c.releasesPage(strings.TrimPrefix(strings.TrimPrefix(arg, "tag"), "/"))
	}
	return nil
}
