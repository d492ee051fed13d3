package catalog

import (
	"strings"
	"testing"
)

func TestWhatIsDeniedIsNotMeant(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"It does not send email: for that see heron. It sends SMS.": "It does It sends SMS.",
		"Logs are not collected here, raven does that.":             ", raven does that.",
		"Spans without changing code.":                              "Spans without changing code.",
		"Not for objects; use another one for these.":               "use another one for these.",
		"Nothing to do with the language Swift.":                    "",
		"Unlike Redis, it keeps what it has. Fast.":                 ", it keeps what it has. Fast.",
		"Uses Kafka instead of RabbitMQ.":                           "Uses Kafka",
		"It doesn't route calls but counts them.":                   "It does but counts them.",
		"For rate limiting see the gateway.":                        "",
		"For teams that use Kafka.":                                 "For teams that use Kafka.",
		"A cache for all that does what is not fast enough":         "A cache for all that does what is",
		"Caches not only images, it scales them.":                   "Caches not only images, it scales them.",
		"Deletes rows, whether or not they are old.":                "Deletes rows, whether or not they are old.",
		"Works or not works.":                                       "Works or not works.",
		"İstanbul is not here":                                      "İstanbul is not here",
		"Not so.\nFor that see heron.\nQuick.":                      "Quick.",
		"":                                                          "",
	} {
		if got := strings.Join(strings.Fields(Meant(line)), " "); got != want {
			t.Errorf("%q: got %q, want %q", line, got, want)
		}
	}
}
