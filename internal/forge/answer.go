package forge

import (
	"strings"
	"time"
)

// Said is something that was said to a pull request: a review or a comment.
type Said struct {
	By User
	At time.Time // when it could be read; zero is not yet
}

// IsBot tells a machine's account from a person's. GraphQL knows bots by their
// type alone, others by their login alone.
func (u User) IsBot() bool {
	return u.Type == "Bot" || IsBotLogin(u.Login)
}

// SomeBot stands for the account of an app where the host does not say which.
const SomeBot = "[bot]"

// JobBot is the account of the tokens that Actions gives to its jobs.
const JobBot = "github-actions[bot]"

// IsBotLogin knows accounts of apps by their ending, which no person's has.
func IsBotLogin(login string) bool { return strings.HasSuffix(login, SomeBot) }

// FirstAnswer is when a pull request got its first answer: people other than
// its author answer, and no bots; merging and closing is an answer too. CHAOSS
// calls the wait for it the time to first response. What was said before from,
// when it was not yet ready for review, answers nothing; the zero time is the
// beginning.
func FirstAnswer(author User, from time.Time, ended *time.Time, said []Said) *time.Time {
	var first *time.Time
	for _, s := range said {
		if s.By.Login == author.Login || s.By.IsBot() || s.At.IsZero() || s.At.Before(from) {
			continue
		}
		if first == nil || s.At.Before(*first) {
			at := s.At
			first = &at
		}
	}
	if first == nil {
		return ended
	}
	return first
}
