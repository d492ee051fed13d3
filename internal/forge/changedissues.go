package forge

import "time"

// ChangedIssuesQuery selects the issues of all of an owner's repositories, open
// and closed, that changed at or after a time. A forge tells only so many of a
// search: what comes after them is asked for from the time of the last one.
type ChangedIssuesQuery struct {
	Owner  string // an organisation, or a user
	Since  time.Time
	Labels []string // those that have one of them; nil is all
}

// ChangedIssues are the first of those issues, the ones that changed first
// first.
type ChangedIssues struct {
	Issues []Issue // State is open or closed
	Total  int     // that match, as the forge counts
	Told   int     // of these in this answer, with what could not be used
}
