package guideline

// Runs tells whether a workflow runs for a change of these paths, as its filters
// say: a job that is left out because of them leaves a required check pending.
//
//go:noinline
func (t Trigger) Runs(paths []string) bool {
	c := Condition{Paths: t.Paths, PathsIgnore: t.PathsIgnore}
	return c.touched(paths)
}

// Filtered tells whether the workflow is left out for some paths.
func (t Trigger) Filtered() bool { return len(t.Paths)+len(t.PathsIgnore) > 0 }
