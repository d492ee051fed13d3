package insight

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/lazy"
)

type logPatterns struct{ stamp, failure *regexp.Regexp }

var logPattern = lazy.Value(func() *logPatterns {
	return &logPatterns{
		stamp: regexp.MustCompile(`^\x{FEFF}?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z ?`),
		// What compilers, test runners and linters of many languages begin a failure with.
		failure: regexp.MustCompile(`^\s*(?:--- FAIL|FAIL\b|FAILED\b|panic:|E {2,}|✗|✕|●|not ok\b|Traceback |\[ERROR\]|(?:fatal |compile )?error\b|(?:[A-Z]\w*)?(?:Error|Exception)\b|[\w./-]+\.\w+:\d+(?::\d+)?:? |[\w./-]+\.\w+\(\d+,\d+\): error)|\berror(?:\[\w+\])?: |: FAILED\b`),
	}
})

// FailingLines finds in the log of a job, or in its end, why it failed: what the
// runner marked as an error, else the lines before the first command that
// failed, from the first that looks like a failure. At most most of them.
func FailingLines(log string, most int) []forge.CheckLine {
	var marked, step []string
	for line := range strings.Lines(log) {
		line = strings.TrimRight(logPattern().stamp.ReplaceAllString(line, ""), " \t\r\n")
		text, isError := strings.CutPrefix(line, "##[error]")
		switch {
		case isError && strings.HasPrefix(text, "Process completed with exit code"):
			if len(marked) == 0 {
				marked = beginning(step, most)
			}
			return checkLines(marked, most)
		case isError && text != "":
			marked = append(marked, text)
		case strings.HasPrefix(line, "##[group]"): // the next step, or its head
			step = step[:0]
		case strings.HasPrefix(line, "##["), strings.TrimSpace(line) == "":
		default:
			step = append(step, line)
		}
	}
	if len(marked) == 0 {
		marked = beginning(step, most)
	}
	return checkLines(marked, most)
}

// beginning keeps the lines from the first that looks like a failure on, or the
// last ones where none does.
func beginning(lines []string, most int) []string {
	for i, l := range lines {
		if logPattern().failure.MatchString(l) {
			return lines[i:]
		}
	}
	return lines[max(len(lines)-most, 0):]
}

func checkLines(lines []string, most int) []forge.CheckLine {
	var out []forge.CheckLine
	for _, l := range lines[:min(len(lines), most)] {
		out = append(out, forge.CheckLine{Text: strings.ToValidUTF8(l[:min(len(l), 500)], "")})
	}
	return out
}
