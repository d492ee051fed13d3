//go:build !windows

package contribute_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReliabilityPage kills contributions in every way that is known, wants
// each effect once, and holds the published page against what came out.
func TestReliabilityPage(t *testing.T) {
	t.Parallel()
	points, accidents := pointMatrix(t), accidentMatrix(t)
	if len(points) < 39 || len(accidents) < 29 {
		t.Errorf("only %d points and %d accidents were tried", len(points), len(accidents))
	}
	for _, r := range append(points, accidents...) {
		for _, v := range r.Verdicts {
			if v != once {
				t.Errorf("%s, %s at %q: %s", r.Role, r.Step, r.Point, v)
			}
		}
	}
	page := filepath.Join("..", "..", "docs", "reliability.md")
	engine, err := os.ReadFile(filepath.Join("..", "workflow", "testdata", "crash-matrix.md"))
	if err != nil {
		t.Fatal(err)
	}
	commands := seen(t, "kill-matrix.md")
	everyKindIsKilled(t, points, commands)
	got := fmt.Sprintf(reliability, table(points, crashWays), table(accidents, []string{"after the next command"}), string(engine), once,
		seen(t, "fault-matrix.md"), seen(t, "transfer-matrix.md"), commands,
		seen(t, "place-matrix.md"), seen(t, "child-matrix.md"), seen(t, "twice-matrix.md"))
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s is stale (go test ./internal/contribute -run TestReliabilityPage -update):\n%s", page, d)
	}
}

// seen is a table that a test of the commands has written.
func seen(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "command", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The verdict must be able to fail: a world in which something is there twice,
// lost, or left behind is told from a sound one.
func TestTheVerdictSeesWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newStage(t, "exec")
	if err := s.play(0); err != nil {
		t.Fatal(err)
	}
	clone := filepath.Join(s.dir, "work", "lib")
	for _, c := range []struct {
		name, want string
		breakIt    func() error
	}{
		{"a folder is left behind", ".isrc-change-lib", func() error { return os.Mkdir(filepath.Join(s.dir, "work", ".isrc-change-lib"), 0o700) }},
		{"a file is left in the clone", "?? left.txt", func() error { return os.WriteFile(filepath.Join(clone, "left.txt"), nil, 0o600) }},
		{"a second branch is in the fork", "the fork's branches are", func() error {
			_, err := s.run(clone, "-c", "include.path="+filepath.Join(s.dir, "home", ".gitconfig"), "push", "--quiet", "origin", "fix:fix-2")
			return err
		}},
		{"the journal is lost", "0 runs", func() error { return os.Remove(s.journals()[0]) }},
		{"the branch is lost", "the branch is at", func() error { _, err := s.run(clone, "branch", "-m", "fix", "lost"); return err }},
	} {
		if err := c.breakIt(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := s.verdict(); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q in it", c.name, got, c.want)
		}
	}
}

// table renders a matrix as it is published.
func table(rows []crashRow, ways []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| contribution | step | killed or cut | %s |\n|---|---|---|%s\n", strings.Join(ways, " | "), strings.Repeat("---|", len(ways)))
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.Role, r.Step, r.Point, strings.Join(r.Verdicts, " | "))
	}
	return b.String()
}

const reliability = `# Reliability

<!-- Written by go test ./internal/contribute -run TestReliabilityPage -update. -->

A contribution outlives the process that makes it. Before each step isrc writes
to the run's journal that it begins, after it what came out, and both lines are
on the disk before it goes on. Whoever runs the same command again goes on from
there: a step that was begun and not finished is looked for in the world first.
A look-up that fails stops the run; it never counts as "not there".

The tables below are what the tests found, row by row. Each row is a
contribution of its own, made by a process of its own against a forge of its
own, with real HTTP, real git, and a real SIGKILL. Then another process goes
on. "%[4]s" means that afterwards there are exactly one fork, one branch in it
with the user's one commit, one open pull request at that commit, one clone
that is clean, one journal that can be read, and no temporary folder.

## Killed between the journal and the world

In the second column of outcomes half a line was being written to the journal.
The attended contribution pauses for the user's commit; apply and exec make the
change themselves, adopted works in a clone that was there before, and sync has
a fork that was there and is behind; they are listed where they differ.

%[1]s
## Killed or cut off in the middle of a step

Here the one who dies is isrc or the git program that it runs, at the moment at
which the forge has, or has not yet, carried out the request; or nobody dies and
the connection breaks. Then isrc is killed within a step, between two commands
of git, and by the command of --exec itself. The last row is a journal whose
plan was never written.

%[2]s
## Killed in the commands around it

Here the commands themselves run, in processes of their own, and are killed at
every point of the steps that are named, at the requests that change something,
between two commands of git, and by the command of --exec. The same command then
goes on, and ends with 0. The rows of one command share a machine and a forge, so
that what one leaves behind would show in the next. "%[4]s" means for

- a round of review: one pull request at the user's last commit, with each of the
  user's commits, and the reviewer asked to look again;
- submit, ready and with a reviewer: the same, no draft, and the reviewer asked.
- submit, a draft again: the same, and a draft.
  What --ready, --draft and --reviewer ask for is no step of the run: it is asked
  again, and the forge is as if it had been asked once;
- sync: the branch on top of the base, alike here, there and in the pull request,
  with the user's commit and no other; the fork's base at the upstream's; no
  rebase half done;
- contribute --repos: in each of three repositories one fork, one branch with one
  commit, one pull request; what was done before the kill is not done again;
- contribute in a clone of the fork: one more remote, and the branch;
- finish: the branch is gone there and here, the clone stands on its base, the
  journal is ended;
- propose: one issue with that title, and a journal that is ended;
- forks clean: the two forks are gone, and the one with a commit of its own is
  there.

A kind of step that is in no table fails the tests.

%[7]s
## Every request fails

Every request of isrc's to the forge, found by recording a contribution without
a fault: by a fork, by a branch, with --exec, submitted again, looked at with
status. A cell holds the exit code of the command while the fault lasts; if that
is not 0, then that of the same command when the fault comes once more. After
that, the fault is gone and the same command, and those that follow, end with 0.
7 is "unavailable, try later"; 0 is that isrc asked again, went another way, or
did without.

At the end of each row and column there are one fork (none where the branch is
in the repository), one branch with the user's commits and no others, one open
pull request at the last of them, a clean clone, one readable journal, and
nothing left behind. 500, 502, time-out, reset and truncated spoil the answer to
a request that was carried out; the others come in its place. A redirection
leads to a server that asks for credentials and holds what it gets against the
token; the token is not sent there. Only a GET has an ETag; the time that is
waited for an answer is isrc's own, so git's requests (marked) have no time-out.

A dash is a fault that a request cannot meet, or that is seen elsewhere: git's own
time-outs are git's, and what goes wrong in its transfers follows below.

%[5]s
## Transfers are cut

git's transfers, cut after so many bytes: after none, before the last one, and
at ten random places between (ISRC_FAULT_SEED and ISRC_FAULT_CUTS set where and
how many; the test prints the seed). The connection ends before the announced
length, or is reset, or the answer ends as if it were whole, as old proxies do.
Each cut meets the same command again, so that a clone is cut thirty-six
times before it gets through; a push has something new to send each time. 0 is
that git repeated the request, or that isrc found at the forge what it had sent,
or, for check, that the base is judged as it was fetched last, and that is said.

%[6]s
## Folders that cannot be written, and full disks

Commands as processes of an ordinary user, for whom a folder with all that is in
it is not writable, and on a small disk of their own that is full. An error names
the folder and says what to do; nothing half made is left, and when there is room
or leave again the same command ends with 0. In the last rows the whole home is
read-only.

%[8]s
## git is killed

Every kind of git command of the way, ended once each; the next ones of that
command of isrc then run. What stands is the exit code of isrc; the same command
goes on, past each of them, and in the end each effect is there once. 0 is that
isrc did without, or asked the forge what had become of it.

%[9]s
## Two at once

Two processes, started together or up to 60 ms apart (ISRC_FAULT_TWICE sets how
often), on one run or in one clone. 8 is the one that came second: it names the
process that is at work, or the run that was begun. 6 is that the contribution
was abandoned under it. What follows leads to one fork, one branch, one pull
request and one journal.

%[10]s
## What scripts show

| what goes wrong | what becomes of it | shown by |
|---|---|---|
| the connection is cut in a clone | exit 7; what has come stays, the same command goes on | testdata/script/clone-cut.txtar |
| the disk is full | exit 1, nothing half-made; the same command goes on when there is room | testdata/script/bad-disk.txtar |
| a second isrc on the same run, and in the same clone | exit 8 and the process that holds it; the first goes on, one pull request | testdata/script/bad-second.txtar |
| the token ends before any request of a contribution, by API, by git, without git | renewed, asked once more, each effect once | internal/command/token_ends_test.go |
| killed before a token is renewed, or after the new one was kept | nothing is lost | internal/command/token_ends_test.go |
| killed between the host's answer and the keeping of it | exit 4: the host has ended what it gave before, so ` + "`isrc auth login`" + ` is needed; nothing else is lost | internal/command/token_ends_test.go |

## The token's ways out

Every command that isrc has is run with a token of its own, by the story of a
contribution, and again while the forge refuses (401, 403, 422, 500, a web page)
and repeats what it was sent, in plain and in base64; while it refuses what is to
be written alone; while git's fetches or pushes are refused with the same words;
while API or git are redirected to another host; while answers name another host
in every address, or hold the token in every text. Everything that makes git and
isrc talk is set (--debug, ISRC_DEBUG, GIT_TRACE, GIT_CURL_VERBOSE,
GIT_TRACE_CURL without redaction, GIT_TRACE_PACKET). A contribution is made with
the token of each source: ISRC_TOKEN, GH_ENTERPRISE_TOKEN, isrc's own file, the
keyring, gh's file, gh itself, and git's credential helpers.

| looked at | what counts as the token | where it may be |
|---|---|---|
| standard output and standard error of every command | plain, escaped for a URL, hexadecimal, base64 alone or behind any user name, in both alphabets | nowhere |
| every file below HOME, TMPDIR and the working folder: settings, journals, caches, clones with their git configuration; names of files and links too | the same | ~/.config/isrc/tokens.json after isrc auth login, with mode 0600, until isrc auth logout |
| arguments and environments of all processes, sampled; and written down by every git, gh, browser, editor, pager, hook and command of --exec that is started; pipes that hooks and commands inherit | the same | the environment, where the user has exported it |
| address, headers and body of every request that another host gets | the same, and any credentials at all | nowhere |

A token in the user's environment is the user's: every program has it that is
started from there, hooks and the command of --exec too, as with git and gh; only
what check --run runs for a project goes without. isrc adds none: git asks it for
the token when a server wants it, and a token that is kept is in no environment.
What a forge that knows the token writes into a repository's files is out of
reach. internal/command/canary_test.go looks; trap_planted_test.go plants the
token once in each of these places and wants it found.

## The engine alone

The same for the part that keeps the journal, without git and forge, with a
second kill during the recovery.

%[3]s
## What this does not cover

- A machine that loses power can lose what its disk had acknowledged. isrc
  flushes the journal; git's own files are flushed as git's settings say.
- The command of --exec is run again if it was killed. It starts in a fresh
  work tree each time, so what it changed there does not add up, but what it
  does elsewhere is its own.
- A git that is killed while it writes into the clone can leave a lock file
  (.git/index.lock). git names it, and it is never removed by isrc.
- A token that ends is renewed by a secret that is good for one time. Whoever kills
  isrc (kill -9, a power cut; Ctrl-C waits) after the host has changed it and before
  isrc has written down the answer has to sign in again.
- git itself waits for ever where the answer to a push ends early and looks
  whole: its two processes wait for each other. Ctrl-C ends both, the commit has
  arrived, and the same command goes on. Without the git program it is noticed.
`
