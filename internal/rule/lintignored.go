package rule

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// The kinds of messages that linters leave alone.
const (
	leavesDefault = "commitlint" // merges, reverts, reapplies, fixups and versions, as commitlint knows them
	leavesMerge   = "merge"
	leavesRevert  = "revert"
	leavesFixup   = "fixup"
	leavesSquash  = "squash"
)

type ignorePatterns struct {
	merge, rest           *regexp.Regexp
	release, skip, semver *regexp.Regexp
	mergeHeader           *regexp.Regexp
}

var ignorePattern = lazy.Value(func() *ignorePatterns {
	re := regexp.MustCompile
	return &ignorePatterns{
		// These may stand in any line.
		merge: re(`(?m)^(?:Merge pull request|Merge .*? into |Merge branch |Merge tag )`),
		rest: re(`^(?:[Rr]evert |[Rr]eapply |(?:amend|fixup|squash)!|Merged .*?in(?:to)? |Merged PR .*: |` +
			`Merge remote-tracking branch|Automatic merge|Auto-merged .*? into )`),
		release:     re(`^chore(?:\([^)]+\))?:`),
		skip:        re(`(?i)\[(?:skip|ci)(?:-|\s)(?:ci|skip)\]`),
		semver:      re(`^v?(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-` + prerelease + `(?:\.` + prerelease + `)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$`),
		mergeHeader: re(`^(?:Merge |Merged )`),
	}
})

const prerelease = `(?:\d*[a-zA-Z-][0-9A-Za-z-]*|0|[1-9]\d*)`

// lintIgnored tells whether commitlint leaves a message alone by default.
func lintIgnored(message string) bool {
	message = bounded(message)
	p := ignorePattern()
	return strings.TrimSpace(message) == "" || strings.Contains(message, "Merge ") && p.merge.MatchString(message) || p.rest.MatchString(message) ||
		isVersion(message)
}

// isVersion: releases are committed as versions, with or without a word before
// and a request to skip the checks behind.
func isVersion(message string) bool {
	p := ignorePattern()
	first, _, _ := strings.Cut(message, "\n")
	if len(first) > 300 || strings.IndexByte(first, '.') < 0 {
		return false
	}
	first = cutFirst(p.skip, p.release.ReplaceAllString(first, ""))
	first = cutFirst(skipInRound(), first)
	return p.semver.MatchString(trimJS(first))
}

var skipInRound = lazy.Pattern(`(?i)\((?:skip|ci)(?:-|\s)(?:ci|skip)\)`)

func cutFirst(re *regexp.Regexp, s string) string {
	if at := re.FindStringIndex(s); at != nil {
		return s[:at[0]] + s[at[1]:]
	}
	return s
}

// leaves tells whether a linter leaves a message alone.
func (p HeaderParams) leaves(message string) bool {
	first := oneLine(bounded(message))
	for _, what := range p.Leaves {
		switch what {
		case leavesDefault:
			if lintIgnored(message) {
				return true
			}
		case leavesMerge:
			if ignorePattern().mergeHeader.MatchString(first) {
				return true
			}
		case leavesRevert:
			if strings.HasPrefix(first, "Revert ") {
				return true
			}
		case leavesFixup:
			if strings.HasPrefix(first, "fixup!") || strings.HasPrefix(first, "amend!") {
				return true
			}
		case leavesSquash:
			if strings.HasPrefix(first, "squash!") {
				return true
			}
		}
	}
	return false
}
