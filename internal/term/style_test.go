package term

import (
	"math"
	"strings"
	"testing"
)

// The first seven of the sixteen colours, as terminals come with them.
var palettes = map[string][7]int{
	"xterm":        {0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd},
	"VGA":          {0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa},
	"Tango":        {0x000000, 0xcc0000, 0x4e9a06, 0xc4a000, 0x3465a4, 0x75507b, 0x06989a},
	"Terminal.app": {0x000000, 0x990000, 0x00a600, 0x999900, 0x0000b2, 0xb200b2, 0x00a6b2},
	"Campbell":     {0x0c0c0c, 0xc50f1f, 0x13a10e, 0xc19c00, 0x0037da, 0x881798, 0x3a96dd},
}

// TestColoursAreSeenOnBlackAndOnWhite holds every colour in use against both
// backgrounds, by the contrast that the Web Content Accessibility Guidelines
// define.
func TestColoursAreSeenOnBlackAndOnWhite(t *testing.T) {
	t.Parallel()
	const least = 2
	s := &Streams{Color: true}
	for tone := Plain; tone <= Link; tone++ {
		painted := s.Paint(tone, "x")
		for color := range 8 {
			if !strings.Contains(painted, "3"+string(rune('0'+color))) {
				continue
			}
			if color > 6 {
				t.Fatalf("tone %d is white: %q", tone, painted)
			}
			for name, p := range palettes {
				for _, ground := range []int{0, 0xffffff} {
					if c := contrast(p[color], ground); c < least {
						t.Errorf("tone %d (colour %d) of %s has a contrast of %.1f on %06x", tone, color, name, c, ground)
					}
				}
			}
		}
	}
	if contrast(palettes["xterm"][3], 0xffffff) >= least || contrast(palettes["VGA"][4], 0) >= least {
		t.Error("yellow on white and blue on black pass, so nothing is measured")
	}
}

func contrast(a, b int) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(rgb int) (sum float64) {
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		c := float64(rgb>>(16-8*i)&0xff) / 255
		if c <= 0.03928 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
