package term

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/lipgloss"
	"github.com/sahilm/fuzzy"

	"github.com/isrc-dev/isrc/internal/order"
)

// picking is the state of a Pick. It knows keys and sizes, and no terminal.
type picking struct {
	s       *Streams
	o       PickOptions
	rows    []string // each item on a line, safe to show
	titles  []int    // how many bytes of each are its title
	query   []rune
	shown   []pickMatch
	cursor  int // in shown
	top     int // the first of shown that is on the screen
	width   int
	height  int
	preview map[int]string // by item

	over, declined bool
	away           bool // the person went to the shell, and may come back
	pasting        bool
	action         int
}

// pickMatch is an item that has what was typed, and the letters in which.
type pickMatch struct {
	item    int
	letters []int // byte offsets in its row
}

// besideFrom is the width from which on the preview stands beside the list.
const besideFrom = 100

func newPicking(s *Streams, items []PickItem, o PickOptions) *picking {
	p := &picking{s: s, o: o, preview: map[int]string{}, width: 80, height: 24}
	for _, it := range items {
		p.rows, p.titles = append(p.rows, rowOf(it)), append(p.titles, len(Line(it.Title)))
	}
	p.filter()
	return p
}

func rowOf(it PickItem) string {
	row := Line(it.Title)
	if d := Line(it.Detail); d != "" {
		row += "  " + d
	}
	return row
}

func (p *picking) chosen() (int, string, error) {
	return p.shown[p.cursor].item, p.o.Actions[p.action], nil
}

// resize takes the size of the terminal, and tells whether it is another one.
func (p *picking) resize(width, height int) bool {
	width, height = max(width, 10), max(height, 4)
	changed := p.width != width || p.height != height
	p.width, p.height = width, height
	return changed
}

// key does what a key asks for.
func (p *picking) key(k key) {
	if p.pasting && k < 0 && k != keyPasted {
		k = ' ' // a line break in what is pasted chooses nothing
	}
	switch k {
	case keyEnter:
		p.choose(0)
	case keySecond:
		p.choose(1)
	case keyCancel:
		p.over, p.declined = true, true
	case keyUp:
		p.cursor--
	case keyDown:
		p.cursor++
	case keyPageUp:
		p.cursor -= p.listHeight()
	case keyPageDown:
		p.cursor += p.listHeight()
	case keyHome:
		p.cursor = 0
	case keyEnd:
		p.cursor = len(p.shown) - 1
	case keyErase:
		p.query = p.query[:max(len(p.query)-1, 0)]
		p.filter()
	case keyEraseWord:
		p.query = []rune(strings.TrimRightFunc(strings.TrimRight(string(p.query), " "), func(r rune) bool { return !unicode.IsSpace(r) }))
		p.filter()
	case keyEraseAll:
		p.query = nil
		p.filter()
	case keySuspend:
		p.away = true
	case keyPaste, keyPasted:
		p.pasting = k == keyPaste
	default:
		const longest = 200
		if k >= 0 && len(p.query) < longest {
			p.query = append(p.query, rune(k))
			p.filter()
		}
	}
	p.cursor = max(min(p.cursor, len(p.shown)-1), 0)
}

func (p *picking) choose(action int) {
	if len(p.shown) > 0 && action < len(p.o.Actions) {
		p.over, p.action = true, action
	}
}

// filter looks for what was typed: the items that have all its words, the best
// first. A word in one piece is better than its letters here and there, at the
// beginning of a word better than within, and in the title better than beside it.
func (p *picking) filter() {
	p.cursor, p.top, p.shown = 0, 0, p.shown[:0]
	words := strings.Fields(string(p.query))
	if len(words) == 0 {
		for i := range p.rows {
			p.shown = append(p.shown, pickMatch{item: i})
		}
		return
	}
	type tally struct {
		whole, score, words int
		letters             []int
	}
	found := make([]tally, len(p.rows))
	for _, w := range words {
		for _, m := range fuzzy.FindNoSort(w, p.rows) {
			t := &found[m.Index]
			at, rank := inOnePiece(p.rows[m.Index], w, p.titles[m.Index])
			if rank > 0 {
				m.MatchedIndexes = nil
				for i := range p.rows[m.Index][at : at+len(strings.ToLower(w))] {
					m.MatchedIndexes = append(m.MatchedIndexes, at+i)
				}
			}
			t.whole, t.score, t.words, t.letters = t.whole+rank, t.score+m.Score, t.words+1, append(t.letters, m.MatchedIndexes...)
		}
	}
	for i, t := range found {
		if t.words == len(words) {
			p.shown = append(p.shown, pickMatch{i, t.letters})
		}
	}
	order.StableBy(p.shown, func(a, b pickMatch) int {
		x, y := &found[a.item], &found[b.item]
		if x.whole != y.whole {
			return y.whole - x.whole
		}
		return y.score - x.score
	})
}

// inOnePiece finds where a word stands best in a row, whatever its case: one for
// being there, one more at the beginning of a word, two more in the title.
func inOnePiece(row, word string, title int) (at, rank int) {
	lower, word := strings.ToLower(row), strings.ToLower(word)
	if len(lower) != len(row) {
		return 0, 0 // its letters stand elsewhere
	}
	for from := 0; ; from++ {
		i := strings.Index(lower[from:], word)
		if i < 0 {
			return at, rank
		}
		from += i
		here := 1
		if before, _ := utf8.DecodeLastRuneInString(lower[:from]); !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			here++
		}
		if from < title {
			here += 2
		}
		if here > rank {
			at, rank = from, here
		}
	}
}

// The screen: a line with what was typed, the list, the preview, a line with the
// keys.

func (p *picking) beside() bool { return p.o.Preview != nil && p.width >= besideFrom }

func (p *picking) listHeight() int {
	room := p.height - 2
	if p.o.Preview == nil || p.beside() || room < 8 {
		return max(room, 1)
	}
	return room / 2
}

func (p *picking) listWidth() int {
	if p.beside() {
		return p.width * 2 / 5
	}
	return p.width
}

// draw writes the whole screen in one piece, so that it does not flicker.
func (p *picking) draw(w io.Writer) {
	if p.over {
		return
	}
	var b strings.Builder
	b.WriteString("\x1b[H")
	for i, l := range p.lines() {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString(l)
		b.WriteString("\x1b[K")
	}
	b.WriteString("\x1b[J")
	io.WriteString(w, b.String())
}

// lines are what stands on the screen, at most as many as it has.
func (p *picking) lines() []string {
	count := fmt.Sprintf("%d/%d", len(p.shown), len(p.rows))
	query := "/ " + Line(string(p.query))
	room := p.width - 1 - len(count)
	for Columns(query) > room-2 && query != "" { // the end of it is what is being typed
		_, query, _ = strings.Cut(query, string([]rune(query)[0]))
	}
	asks := ""
	if len(p.query) == 0 {
		asks = Truncate(" type to narrow the list", room-5, p.s.Ellipsis())
	}
	out := []string{query + "_" + p.s.Paint(Dim, asks) + pad(room-Columns(query)-Columns(asks)-1) + p.s.Paint(Dim, count)}
	list := p.list()
	switch {
	case p.beside():
		out = append(out, p.join(list, p.told(p.width-p.listWidth()-3, p.listHeight()))...)
	case p.o.Preview != nil && p.listHeight() < p.height-2:
		for len(list) < p.listHeight() {
			list = append(list, "")
		}
		out = append(append(out, list...), p.s.Paint(Dim, strings.Repeat(p.s.Sym(SymDash), p.width-1)))
		out = append(out, p.told(p.width-1, p.height-2-p.listHeight()-1)...)
	default:
		out = append(out, list...)
	}
	for len(out) < p.height-1 {
		out = append(out, "")
	}
	return append(out[:p.height-1], p.s.Paint(Dim, Truncate(p.keys(), p.width-1, p.s.Ellipsis())))
}

func (p *picking) keys() string {
	dot := " " + p.s.Sym(SymDot) + " "
	first, last := "Enter "+p.o.Actions[0], dot+"Esc cancel"
	if len(p.o.Actions) > 1 {
		if second := dot + "Ctrl-O " + p.o.Actions[1]; Columns(first+second+last) < p.width {
			first += second
		}
	}
	return first + last
}

// list is the part of the list around the cursor.
func (p *picking) list() []string {
	height := p.listHeight()
	p.top = max(min(p.top, p.cursor), p.cursor-height+1, 0)
	if len(p.shown) == 0 {
		return []string{Truncate("  nothing has these letters", p.listWidth()-1, p.s.Ellipsis())}
	}
	var out []string
	for i := p.top; i < min(p.top+height, len(p.shown)); i++ {
		sign := " "
		if i == p.cursor {
			sign = p.s.Sym(SymArrow)
		}
		out = append(out, sign+" "+p.row(p.shown[i], p.listWidth()-3))
	}
	return out
}

// row is an item with the letters that match.
func (p *picking) row(m pickMatch, width int) string {
	text := Truncate(p.rows[m.item], max(width, 1), p.s.Ellipsis())
	if len(m.letters) == 0 || !p.s.Color {
		return text
	}
	var b strings.Builder
	cut := len(text)
	if text != p.rows[m.item] {
		cut -= len(p.s.Ellipsis())
	}
	for i, r := range text {
		if i < cut && slices.Contains(m.letters, i) {
			b.WriteString(p.s.Paint(Strong, string(r)))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// told is the preview of the item under the cursor.
func (p *picking) told(width, height int) []string {
	if len(p.shown) == 0 {
		return nil
	}
	item := p.shown[p.cursor].item
	text, ok := p.preview[item]
	if !ok {
		text = Block(p.o.Preview(item))
		p.preview[item] = text
	}
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		wrapped := Wrap(line, max(width, 10))
		if len(wrapped) == 0 {
			wrapped = []string{""}
		}
		for _, l := range wrapped {
			if len(out) == height {
				return out
			}
			out = append(out, Truncate(l, max(width, 1), p.s.Ellipsis()))
		}
	}
	return out
}

// join puts the preview beside the list.
func (p *picking) join(list, told []string) []string {
	bar := "|"
	if p.s.Unicode {
		bar = "│"
	}
	var out []string
	for i := range p.listHeight() {
		left, right := "", ""
		if i < len(list) {
			left = list[i]
		}
		if i < len(told) {
			right = told[i]
		}
		out = append(out, left+pad(p.listWidth()-lipgloss.Width(left))+p.s.Paint(Dim, bar)+" "+right)
	}
	return out
}

//go:noinline
func pad(n int) string { return strings.Repeat(" ", max(n, 0)) }
