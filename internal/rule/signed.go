package rule

import (
	"regexp"
	"sync"
)

var signaturePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("(?i)\\b(gpg|pgp|openpgp|ssh|gitsign|s/mime)\\b.{0,60}\\bsign|\\bsign\\w*\\b.{0,60}\\b(gpg|pgp|openpgp|ssh|gitsign|s/mime)\\b|\\bcommit\\w*( [^`]*)? -S\\b|--gpg-sign|cryptographic\\w* sign|\\bverified\\b.{0,40}\\b(commits?|signatures?)\\b|\\bcommits?\\b.{0,60}\\bverified\\b|\\bverified signatures?\\b")
})

// saysSignature tells whether a text speaks of signatures with keys. "Signed"
// alone means the sign-off more often than not.
func saysSignature(text string) bool { return signaturePattern().MatchString(text) }

func signedCommits() *Rule {
	return &Rule{
		ID:  "signed-commits",
		Doc: "Commits carry a signature that the forge can verify.",
	}
}
