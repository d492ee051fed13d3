package sandbox

import (
	"fmt"
	"html"
	"strconv"
	"strings"
)

// listing is a page that is just a list.
type listing struct {
	Title, Text string
	Rows        []link
}

type ownerRows struct {
	Login, Name, About string
	Repos              []repoRow
}

type repoRow struct{ FullName, Description, Language, State string }

func (f *Forge) rowsOf(u *user) ownerRows {
	rows := ownerRows{Login: u.Login, Name: orElse(u.Name, u.Login), About: u.Bio}
	for _, r := range f.state.order {
		if r.owner != u || f.may(everybody(), r) < permPull {
			continue
		}
		row := repoRow{FullName: r.fullName(), Description: r.description, Language: r.spec.Language}
		switch {
		case r.archived:
			row.State = "archived"
		case r.parent != nil:
			row.State = "fork"
		}
		rows.Repos = append(rows.Repos, row)
	}
	return rows
}

type homePage struct {
	Home   bool
	Owners []ownerRows
}

func (f *Forge) homeRows() homePage {
	out := homePage{Home: true}
	for _, o := range f.world.Orgs {
		out.Owners = append(out.Owners, f.rowsOf(f.state.user(o.Login)))
	}
	return out
}

func (f *Forge) ownerPage(login string) *view {
	u := f.state.user(login)
	if u == nil {
		return nil
	}
	return pageOf("home", u.Login, homePage{Owners: []ownerRows{f.rowsOf(u)}})
}

// orgView shows a team, or stands for single sign-on.
func (f *Forge) orgView(x *exchange, rest []string) *view {
	if len(rest) < 2 {
		return f.settingsPage(x)
	}
	org := f.state.user(rest[0])
	switch {
	case rest[1] == "sso":
		return pageOf("list", "Single sign-on", listing{Title: "Single sign-on", Text: "On a real forge a person lets a token into an organisation here. The sandbox only pretends to ask for it: clear the fault, and the token passes."})
	case rest[1] != "teams" || len(rest) != 3 || org == nil || org.team(rest[2]) == nil:
		return nil
	}
	t := org.team(rest[2])
	p := listing{Title: t.Name, Text: t.Description}
	for _, login := range t.Members {
		p.Rows = append(p.Rows, link{Text: login, Href: "/" + login})
	}
	return pageOf("list", t.Name, p)
}

func appPage(rest []string) *view {
	if len(rest) == 0 {
		return pageOf("list", "Apps", listing{Title: "Apps", Text: "Whoever owns the apps that report checks."})
	}
	if len(rest) != 1 {
		return nil
	}
	name := titleWords(rest[0])
	return pageOf("list", name, listing{Title: name, Text: "An app that reports checks. On the sandbox it has no page of its own."})
}

// avatar is a picture of an account: its first letter.
func (f *Forge) avatar(rest []string) *view {
	if len(rest) != 2 || rest[0] != "u" {
		return nil
	}
	letter := "?"
	for _, u := range f.state.users {
		if strconv.FormatInt(u.id, 10) == rest[1] && u.Login != "" {
			letter = strings.ToUpper(u.Login[:1])
		}
	}
	id, _ := strconv.Atoi(rest[1])
	v := plainPage(fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" rx="20" fill="hsl(%d 45%% 45%%)"/><text x="20" y="27" fill="#fff" font-family="sans-serif" font-size="20" text-anchor="middle">%s</text></svg>`,
		(id%360+360)%360, html.EscapeString(letter)))
	v.media = "image/svg+xml"
	return v
}

// settingsPage stands for what people do with a token.
func (f *Forge) settingsPage(x *exchange) *view {
	p := listing{Title: "Tokens", Text: "On a real forge a person makes a token here. The sandbox has one for each account already: whoever started it knows them."}
	if scopes := x.r.URL.Query().Get("scopes"); scopes != "" {
		p.Rows = append(p.Rows, link{Text: "Scopes asked for", More: scopes})
	}
	return pageOf("list", "Tokens", p)
}
