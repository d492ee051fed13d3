package main

import (
	"encoding/json"
	"regexp"
	"strings"
)

// route is one path template of a description.
type route struct {
	template string
	pattern  *regexp.Regexp
	literals int
	methods  map[string]json.RawMessage
}

// deep are the variables whose value may itself hold slashes: branches,
// references, and what compares two of them. A file's path may also be empty.
const deep = " ref branch basehead "

func routes(paths map[string]json.RawMessage) []route {
	var out []route
	for template, item := range paths {
		r := route{template: template}
		if json.Unmarshal(item, &r.methods) != nil {
			continue
		}
		pattern := "^"
		for _, part := range strings.Split(strings.Trim(template, "/"), "/") {
			name, isVar := strings.CutPrefix(part, "{")
			name = strings.TrimSuffix(name, "}")
			switch {
			case name == "path" && isVar:
				pattern += "(/.*)?" // the root of a tree has no path
			case isVar && strings.Contains(deep, " "+name+" "):
				pattern += "/.+"
			case isVar:
				pattern += "/[^/]+"
			default:
				pattern += "/" + regexp.QuoteMeta(part)
				r.literals++
			}
		}
		r.pattern = regexp.MustCompile(pattern + "$")
		out = append(out, r)
	}
	return out
}

// find gives the template that fits a request with the most words of its own:
// /commits/{ref}/status before /commits/{ref}.
func (d *Description) find(method, path string) (route, bool) {
	var best route
	for _, r := range d.routes {
		if _, has := r.methods[strings.ToLower(describedAs(method))]; !has || !r.pattern.MatchString(path) {
			continue
		}
		if best.pattern == nil || r.literals > best.literals ||
			r.literals == best.literals && r.template < best.template {
			best = r
		}
	}
	return best, best.pattern != nil
}
