package term

import (
	"unicode"
	"unicode/utf8"
)

// key is what was pressed: a letter, or one of the constants.
type key rune

// The keys that are no letters; each is below 0.
const (
	keyNone key = -iota - 1
	keyEnter
	keySecond // Ctrl-O or Alt-Enter
	keyCancel
	keyUp
	keyDown
	keyPageUp
	keyPageDown
	keyHome
	keyEnd
	keyErase
	keyEraseWord
	keyEraseAll
	keySuspend
	keyPaste  // what follows is pasted
	keyPasted // up to here
)

// nextKey reads one key from the beginning of what a terminal sent, and says how
// many bytes it has; 0 when its end has not arrived. With last nothing more
// comes, so an escape alone is the key Esc.
func nextKey(b []byte, last bool) (key, int) {
	if b[0] == 0x1b {
		return escaped(b, last)
	}
	if k, ok := control(b[0]); ok {
		return k, 1
	}
	if !utf8.FullRune(b) && !last {
		return keyNone, 0
	}
	r, n := utf8.DecodeRune(b)
	if r == utf8.RuneError || !unicode.IsPrint(r) {
		return keyNone, n
	}
	return key(r), n
}

func control(c byte) (key, bool) {
	switch c {
	case '\r', '\n':
		return keyEnter, true
	case 0x0f: // Ctrl-O
		return keySecond, true
	case 0x03, 0x04, 0x07, 0x1c: // Ctrl-C, Ctrl-D, Ctrl-G, Ctrl-\
		return keyCancel, true
	case 0x10, 0x0b: // Ctrl-P, Ctrl-K
		return keyUp, true
	case 0x0e: // Ctrl-N; Ctrl-J is what some terminals send for Enter
		return keyDown, true
	case 0x7f, 0x08:
		return keyErase, true
	case 0x17: // Ctrl-W
		return keyEraseWord, true
	case 0x15: // Ctrl-U
		return keyEraseAll, true
	case 0x1a: // Ctrl-Z
		return keySuspend, true
	}
	return keyNone, c < ' '
}

// escaped reads a key that begins with an escape.
func escaped(b []byte, last bool) (key, int) {
	if len(b) == 1 {
		if last {
			return keyCancel, 1
		}
		return keyNone, 0
	}
	switch b[1] {
	case '\r', '\n':
		return keySecond, 2
	case 0x1b:
		return keyCancel, 1
	case '[', 'O':
	default:
		return keyNone, 2 // Alt and a letter
	}
	const longest = 16
	for i := 2; i < len(b) && i < longest; i++ {
		if b[i] >= 0x40 && b[i] <= 0x7e {
			return sequence(string(b[2 : i+1])), i + 1
		}
	}
	if len(b) >= longest || last {
		return keyNone, len(b)
	}
	return keyNone, 0
}

// sequence names what stands behind ESC [ or ESC O.
func sequence(s string) key {
	switch s {
	case "A":
		return keyUp
	case "B":
		return keyDown
	case "H", "1~", "7~":
		return keyHome
	case "F", "4~", "8~":
		return keyEnd
	case "5~":
		return keyPageUp
	case "6~":
		return keyPageDown
	case "13;3u": // Alt-Enter, as terminals write it that tell all keys apart
		return keySecond
	case "27u":
		return keyCancel
	case "200~":
		return keyPaste
	case "201~":
		return keyPasted
	}
	return keyNone
}
