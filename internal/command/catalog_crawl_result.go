package command

// crawled is what catalog crawl answers.
type crawled struct {
	Host          string         `json:"host"`
	DryRun        bool           `json:"dryRun"`
	Organisations []crawledOwner `json:"organisations"`
	Repositories  int            `json:"repositories"` // that were read
	New           int            `json:"new"`
	Changed       int            `json:"changed"`
	Renamed       int            `json:"renamed"` // of the changed ones
	Removed       int            `json:"removed"`
	Unchanged     int            `json:"unchanged"`
	Skipped       []skippedRepo  `json:"skipped"`
	Requests      int            `json:"requests"`
	Seconds       float64        `json:"seconds"`
	Batch         *int           `json:"batch"` // repositories asked for at once in the end
	REST          bool           `json:"rest"`  // the host has no GraphQL
	Shard         *string        `json:"shard"`
	File          *string        `json:"file"`    // that the shard was written to
	Catalog       *generation    `json:"catalog"` // null when it is as it was
	Responses     *responses     `json:"responses"`
}

// crawledOwner is what became of one organisation.
type crawledOwner struct {
	Name      string     `json:"name"`
	Mode      string     `json:"mode"` // full or incremental
	Why       *string    `json:"why"`  // everything was read
	Resumed   bool       `json:"resumed"`
	Whole     bool       `json:"whole"`
	Total     *int       `json:"total"` // repositories, as the forge counts
	Read      int        `json:"read"`
	New       int        `json:"new"`
	Changed   int        `json:"changed"`
	Removed   int        `json:"removed"`
	Unchanged int        `json:"unchanged"`
	Kept      bool       `json:"kept"`     // fewer came than there are, so that nothing was taken out
	Estimate  *int       `json:"estimate"` // of requests, with --dry-run
	Error     *itemError `json:"error"`
}

type skippedRepo struct {
	FullName string `json:"fullName"`
	Why      string `json:"why"`
}

// generation names a catalog.
type generation struct {
	ID        string  `json:"id"`
	Path      string  `json:"path"`
	Records   int     `json:"records"`
	Events    int     `json:"events"`
	CrawledAt *string `json:"crawledAt"`
}

// responses is what a sweep of pull requests brought.
type responses struct {
	Repositories int           `json:"repositories"`
	Pulls        int           `json:"pulls"`
	Outside      int           `json:"outside"` // from other teams than the owner's
	Left         int           `json:"left"`    // repositories that are still due
	Requests     int           `json:"requests"`
	Seconds      float64       `json:"seconds"`
	Resumed      bool          `json:"resumed"`
	Skipped      []skippedRepo `json:"skipped"`
}
