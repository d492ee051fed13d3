package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// group are the samples of one tool, end, repository and distance.
type group struct {
	first  Sample
	timed  []Sample
	memory Sample
	failed int
}

// table writes figures as Markdown: all of them, and then the budget.
func table(name string) error {
	all, err := read(name)
	if err != nil {
		return err
	}
	fmt.Println("| repository | round trip | to | by | median | p90 | n | of git's | CPU | API | git | out | in | largest | all processes |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
	for _, g := range all {
		if len(g.timed) == 0 {
			continue
		}
		beside := "–"
		if git := find(all, "git", g.first); g.first.End != "request" && git != nil && len(git.timed) > 0 {
			beside = fmt.Sprintf("%.2f", g.wall(0.5)/git.wall(0.5))
		}
		failed := ""
		if g.failed > 0 {
			failed = fmt.Sprintf(" (%d failed)", g.failed)
		}
		last := g.timed[len(g.timed)-1]
		fmt.Printf("| %s | %d ms | %s | %s | %s | %s | %d%s | %s | %s | %d | %d | %s | %s | %.0f MiB | %s |\n",
			g.first.Repo, g.first.Trip, ends[g.first.End], g.first.Tool, span(g.wall(0.5)), span(g.wall(0.9)), len(g.timed), failed, beside, span(g.cpu()),
			last.API, last.Git, size(last.Out), size(last.In), g.most(), g.whole(all))
	}
	fmt.Println()
	budget(all)
	return nil
}

var ends = map[string]string{"request": "one request", "clone": "blobless clone", "ready": "ready branch", "pull": "pull request"}

// budget compares a ready branch with 1.1 of the clone and four requests of the
// same run. A request is a curl of its own, with a connection of its own.
func budget(all []*group) {
	fmt.Println("| repository | round trip | isrc, ready branch | blobless clone | one request | allowed: 1.1 × clone + 4 requests | of it used |")
	fmt.Println("|---|---|---|---|---|---|---|")
	for _, g := range all {
		if g.first.Tool != "isrc" || g.first.End != "ready" || len(g.timed) == 0 {
			continue
		}
		clone, request := find(all, "clone", Sample{End: "clone", Repo: g.first.Repo, Trip: g.first.Trip}), find(all, "request", Sample{End: "request", Repo: g.first.Repo, Trip: g.first.Trip})
		if clone == nil || request == nil || len(clone.timed) == 0 || len(request.timed) == 0 {
			continue
		}
		allowed := 1.1*clone.wall(0.5) + 4*request.wall(0.5)
		fmt.Printf("| %s | %d ms | %s | %s | %s | %s | %.2f |\n", g.first.Repo, g.first.Trip,
			span(g.wall(0.5)), span(clone.wall(0.5)), span(request.wall(0.5)), span(allowed), g.wall(0.5)/allowed)
	}
}

// find gives the group of a tool with the same end, repository and distance.
func find(all []*group, tool string, like Sample) *group {
	for _, g := range all {
		if g.first.Tool == tool && g.first.End == like.End && g.first.Repo == like.Repo && g.first.Trip == like.Trip {
			return g
		}
	}
	return nil
}

func read(name string) ([]*group, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var all []*group
	for d := json.NewDecoder(file); ; {
		var s Sample
		if err := d.Decode(&s); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		g := find(all, s.Tool, s)
		if g == nil {
			g = &group{first: s}
			all = append(all, g)
		}
		switch {
		case s.Failed != "":
			g.failed++
		case s.Memory:
			g.memory = s
		default:
			g.timed = append(g.timed, s)
		}
	}
}

func (g *group) wall(q float64) float64 {
	return quantile(g.timed, q, func(s Sample) float64 { return s.Wall })
}

func (g *group) cpu() float64 {
	return quantile(g.timed, 0.5, func(s Sample) float64 { return s.CPU })
}

func (g *group) most() float64 {
	return quantile(g.timed, 1, func(s Sample) float64 { return s.Most })
}

// whole is the memory of all processes at once, which is watched at no distance.
func (g *group) whole(all []*group) string {
	like := g.first
	like.Trip = 0
	if near := find(all, g.first.Tool, like); near != nil && near.memory.Whole > 0 {
		return fmt.Sprintf("%.0f MiB", near.memory.Whole)
	}
	return "–"
}

// quantile is the smallest value that a share q of all does not exceed.
func quantile(of []Sample, q float64, value func(Sample) float64) float64 {
	var sorted []float64
	for _, s := range of {
		sorted = append(sorted, value(s))
	}
	slices.Sort(sorted)
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func span(ms float64) string {
	if ms >= 2000 {
		return fmt.Sprintf("%.2f s", ms/1000)
	}
	return fmt.Sprintf("%.0f ms", ms)
}

func size(bytes int64) string {
	switch {
	case bytes >= 1_000_000:
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	default:
		return fmt.Sprintf("%.0f kB", float64(bytes)/1e3)
	}
}
