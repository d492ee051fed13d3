package rule

// Message is a commit message taken apart as git does.
type Message struct {
	Header   string // the first line
	Body     string // between header and trailers, without the blank lines around
	Trailers []Trailer
}

// Trailer is a line such as "Signed-off-by: NAME <EMAIL>".
type Trailer struct {
	Key, Value string
	Line       int // in the message, from 1
}

// ParseMessage takes a commit message apart.
func ParseMessage(message string) Message { return Message{} }
