package sandbox

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

//go:embed pages.tmpl
var pageSource string

// pageTemplates are parsed when the first page is asked for.
var pageTemplates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{"inc": func(i int) int { return i + 1 }}).Parse(pageSource))
})

type link struct{ Text, Href, More string }

// view is a page before it is dressed.
type view struct {
	status int
	name   string // of the template
	title  string
	crumbs []link
	data   any
	plain  *string // sent as text instead
}

// servePage shows things to people. Browsers send no token, so pages show what
// every account may read and hide private repositories, forks of others but
// for theirs included.
func (f *Forge) servePage(w *answerWriter, x *exchange) {
	if x.r.Method != http.MethodGet && x.r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	v := f.page404("There is no such page here.")
	if found := f.viewOf(x); found != nil {
		v = *found
	}
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'")
	if v.plain != nil {
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write([]byte(*v.plain))
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	var body, page bytes.Buffer
	err := pageTemplates().ExecuteTemplate(&body, v.name, v.data)
	if err == nil {
		err = pageTemplates().ExecuteTemplate(&page, "page", map[string]any{
			"Title": v.title, "World": titleWords(f.world.Name), "Crumbs": v.crumbs,
			"Body": template.HTML(body.String()), // escaped by its own template
		})
	}
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.WriteHeader(v.status)
	_, _ = w.Write(page.Bytes())
}

type listing struct {
	Title, Text string
	Rows        []link
}

func (f *Forge) page404(why string) view {
	return view{status: http.StatusNotFound, name: "list", title: "Not found", data: listing{Title: "Not found", Text: why}}
}

func pageOf(name, title string, data any) *view {
	return &view{status: http.StatusOK, name: name, title: title, data: data}
}

// viewOf finds what a path shows, nil for nothing.
func (f *Forge) viewOf(x *exchange) *view {
	f.mu.RLock()
	defer f.mu.RUnlock()
	parts := strings.Split(strings.Trim(x.r.URL.Path, "/"), "/")
	switch {
	case parts[0] == "":
		return pageOf("home", "Sandbox forge", f.homeRows())
	case parts[0] == "settings" || parts[0] == "orgs" || parts[0] == "login":
		return f.settingsPage(x)
	case len(parts) == 1:
		return f.ownerPage(parts[0])
	}
	r := f.state.repo(parts[0], strings.TrimSuffix(parts[1], ".git"))
	if r == nil || r.source().visibility == "private" || f.ready(x.r.Context(), r) != nil {
		return nil
	}
	c := &call{f: f, ctx: x.r.Context(), x: x, repo: r, query: url.Values{}, head: http.Header{}}
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
	case "pull", "issues":
		return c.issueView(rest[1:])
	case "pulls":
		return c.repoPage()
	case "blob", "raw", "tree":
		return c.fileView(what, rest[1:])
	case "commit":
		return c.commitPage(arg)
	case "rules", "releases":
		return c.aboutPage(what)
	}
	return nil
}

func (c *call) issueView(rest []string) *view {
	if len(rest) == 0 {
		return c.repoPage()
	}
	number, ending, _ := strings.Cut(rest[0], ".")
	n, _ := strconv.Atoi(number)
	i := c.repo.issues[n]
	if i == nil {
		return nil
	}
	switch {
	case ending != "" && i.pull != nil:
		text, err := c.f.in(c.ctx, c.repo, "diff-tree", "-r", "-M", "-p", c.pullBase(i), i.pull.sha)
		if err != nil {
			return nil
		}
		text += "\n"
		return &view{plain: &text}
	case len(rest) > 1 && i.pull != nil && rest[1] == "files":
		files, err := c.pullFiles(i)
		if err != nil {
			return nil
		}
		return pageOf("diff", i.title, diffRows(i.title, files))
	}
	return pageOf("issue", i.title, c.issueRows(i))
}

// settingsPage stands for what people do with a token.
func (f *Forge) settingsPage(x *exchange) *view {
	p := listing{Title: "Tokens", Text: "On a real forge a person makes a token here. The sandbox has one for each account already: whoever started it knows them."}
	if scopes := x.r.URL.Query().Get("scopes"); scopes != "" {
		p.Rows = append(p.Rows, link{Text: "Scopes asked for", More: scopes})
	}
	return pageOf("list", "Tokens", p)
}
