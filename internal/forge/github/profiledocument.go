package github

import "github.com/isrc-dev/isrc/internal/forge"

// The documents of a page of profiles. The first reads everything but the text
// of files and issues. Which files there are is known only afterwards, and
// looking for every spelling in every place would cost the server ten times as
// much. Issues are found by the exact name of a label: the usual ones are asked
// for at once, and where a repository spells one of its own the second document
// asks for that. The labels of ten issues that may be there cost as much as those of ten
// that are, in points of GitHub's 5,000 an hour: 8 for a hundred repositories
// and some 3 for what is there, instead of 28.

const maxProfileIssues = forge.MaxHelpWanted

//go:noinline
func profileDocument() document {
	return document{"profiles", profilePage("Profiles", profileVariables, profileFields) +
		toldFragment + countedFragment + keptFragment}
}

// leanDocument leaves out what takes a server long: issues, history and files.
// It is asked for one repository at a time, where the whole was too much.
func leanDocument() document {
	return document{"lean profiles", profilePage("LeanProfiles", "", "...told") + toldFragment}
}

// nameDocument is the least that leads past a repository.
func nameDocument() document {
	return document{"names of profiles", profilePage("ProfileNames", "", "name owner { login }")}
}

//go:noinline
func profilePage(name, more, fields string) string {
	if more != "" {
		more = ", " + more
	}
	return `query ` + name + `(` + pageVariables + more + `) {
  repositoryOwner` + pageSelection(fields) + `}
`
}

const (
	pageVariables    = `$owner: String!, $first: Int!, $after: String, $order: RepositoryOrder!`
	profileVariables = `$since: GitTimestamp!, $until: GitTimestamp!, $labels: [String!]`
	profileFields    = "...told ...counted ...kept"
)

// pageSelection asks an owner for a page of repositories.
func pageSelection(fields string) string {
	return `(login: $owner) {
    login
    repositories(first: $first, after: $after, ownerAffiliations: [OWNER], orderBy: $order) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { ` + fields + ` }
    }
  }
`
}

const toldFragment = `fragment told on Repository {
  id
  databaseId
  name
  owner { login avatarUrl }
  description
  url
  visibility
  isPrivate
  isArchived
  isFork
  parent { nameWithOwner isFork }
  forkingAllowed
  hasIssuesEnabled
  defaultBranchRef { name }
  primaryLanguage { name }
  languages(first: 5, orderBy: {field: SIZE, direction: DESC}) { edges { size node { name } } }
  licenseInfo { spdxId }
  repositoryTopics(first: 20) { nodes { topic { name } } }
  stargazerCount
  forkCount
  watchers { totalCount }
  createdAt
  updatedAt
  pushedAt
  latestRelease { tagName name url publishedAt }
}
`

const countedFragment = `fragment counted on Repository {
  openIssues: issues(states: [OPEN]) { totalCount }
  openPulls: pullRequests(states: [OPEN]) { totalCount }
  helpWanted: issues(first: 10, states: [OPEN], labels: $labels, orderBy: {field: UPDATED_AT, direction: DESC}) {
    nodes { number }
  }
  spelled: labels(first: 100) { nodes { name } }
  quarter: defaultBranchRef {
    target { ... on Commit { history(since: $since, until: $until) { totalCount } } }
  }
}
`

const keptFragment = `fragment kept on Repository {
  root: object(expression: "HEAD:") { ...names }
  github: object(expression: "HEAD:.github") { ...names }
  docs: object(expression: "HEAD:docs") { ...names }
}
fragment names on Tree { entries { name type mode oid size } }
`
