package git

// edit is a run of lines of one file that gave way to a run of another.
type edit struct{ from, to, newFrom, newTo int }

// maxEffort bounds the search for the shortest difference, in steps. Beyond
// it, what is left to compare counts as replaced.
const maxEffort = 4_000_000

// diffLines compares two sequences of line numbers by Myers' algorithm in
// linear space ("An O(ND) Difference Algorithm and Its Variations", 1986).
func diffLines(a, b []int) []edit {
	d := differ{a: a, b: b, left: maxEffort, forward: make([]int, len(a)+len(b)+3), backward: make([]int, len(a)+len(b)+3)}
	d.compare(0, len(a), 0, len(b))
	return d.edits
}

type differ struct {
	a, b              []int
	forward, backward []int // furthest reaching points by diagonal
	edits             []edit
	left              int // of the effort
}

func (d *differ) compare(a0, a1, b0, b1 int) {
	for a0 < a1 && b0 < b1 && d.a[a0] == d.b[b0] {
		a0, b0 = a0+1, b0+1
	}
	for a0 < a1 && b0 < b1 && d.a[a1-1] == d.b[b1-1] {
		a1, b1 = a1-1, b1-1
	}
	if a0 == a1 || b0 == b1 {
		d.replace(a0, a1, b0, b1)
		return
	}
	x, y, ok := d.middle(a0, a1, b0, b1)
	if !ok {
		d.replace(a0, a1, b0, b1)
		return
	}
	d.compare(a0, x, b0, y)
	d.compare(x, a1, y, b1)
}

func (d *differ) replace(a0, a1, b0, b1 int) {
	if a0 == a1 && b0 == b1 {
		return
	}
	if n := len(d.edits); n > 0 && d.edits[n-1].to == a0 && d.edits[n-1].newTo == b0 {
		d.edits[n-1].to, d.edits[n-1].newTo = a1, b1
		return
	}
	d.edits = append(d.edits, edit{a0, a1, b0, b1})
}

// middle finds a point on a shortest path by searching from both ends until
// they meet.
func (d *differ) middle(a0, a1, b0, b1 int) (x, y int, ok bool) {
	n, m := a1-a0, b1-b0
	delta, odd := n-m, (n-m)%2 != 0
	zero := m + 1 // the index of diagonal 0 of the forward search
	size := n + m + 3
	fw, bw := d.forward[:size], d.backward[:size]
	for i := range fw {
		fw[i], bw[i] = -1, -1
	}
	fw[zero+1], bw[zero+1] = 0, 0
	for steps := 0; steps <= (n+m+1)/2; steps++ {
		if d.left -= 2*steps + 1; d.left < 0 {
			return 0, 0, false
		}
		for k := -steps; k <= steps; k += 2 {
			px, valid := advance(fw, zero, k, steps, n, m, func(x, y int) bool { return d.a[a0+x] == d.b[b0+y] })
			if !valid {
				continue
			}
			// Diagonal k forwards is diagonal delta-k backwards.
			if back := delta - k; odd && back > -steps && back < steps {
				if i := zero + back; i >= 0 && i < size && bw[i] >= 0 && px+bw[i] >= n {
					return a0 + px, b0 + px - k, true
				}
			}
		}
		for k := -steps; k <= steps; k += 2 {
			px, valid := advance(bw, zero, k, steps, n, m, func(x, y int) bool { return d.a[a1-1-x] == d.b[b1-1-y] })
			if !valid {
				continue
			}
			if front := delta - k; !odd && front >= -steps && front <= steps {
				if i := zero + front; i >= 0 && i < size && fw[i] >= 0 && px+fw[i] >= n {
					return a1 - px, b1 - (px - k), true
				}
			}
		}
	}
	return 0, 0, false
}

// advance goes one step further on diagonal k and along what is equal. It
// takes the further of the two ways there that stay inside.
func advance(v []int, zero, k, steps, n, m int, same func(x, y int) bool) (int, bool) {
	if k < -m || k > n {
		return 0, false
	}
	i, x := zero+k, -1
	if down := v[i+1]; down >= 0 && down-k <= m && (k != steps || steps == 0) {
		x = down // a line of b was added
	}
	if right := v[i-1] + 1; right > 0 && right <= n && right > x && k != -steps {
		x = right // a line of a was removed
	}
	if x < 0 {
		return 0, false
	}
	y := x - k
	for x < n && y < m && same(x, y) {
		x, y = x+1, y+1
	}
	v[i] = x
	return x, true
}
