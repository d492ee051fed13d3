package guideline

// Workflow is a GitHub Actions workflow that runs on pull requests.
type Workflow struct {
	Source  *Source
	Name    string
	Trigger Trigger
	Jobs    []Job
}

// Trigger is on which pull requests a workflow runs.
type Trigger struct {
	Event          string // "pull_request", "pull_request_target" or "merge_group"
	Types          []string
	Branches       []string
	BranchesIgnore []string
	Paths          []string
	PathsIgnore    []string
}

// Job is a job of a workflow. The jobs of a reusable workflow stand in the
// place of the job that calls it.
type Job struct {
	ID       string
	Context  string  // how its check is named: "job" or "caller / called"
	Source   *Source // the file it stands in
	If       string
	Advisory bool // its failure does not fail the workflow
	Matrix   bool // its checks are named "context (value, …)"
	Line     int
	Steps    []Step
	Unread   string // why a reusable workflow could not be read, "" when it was
	Uses     string // the reusable workflow that was called
}

// Step is a step of a job.
type Step struct {
	Name     string
	Source   *Source
	Line     int
	EndLine  int
	If       string
	Advisory bool
	Uses     string           // action, without its version
	Version  string           // after the @
	With     map[string]Input // names in lower case
	Env      map[string]Input
	Run      string
	RunLine  int // where the script begins
}

// Input is a value given to a step, with its line.
type Input struct {
	Value string
	Line  int
}

// Gate is a step together with the workflow and job it runs in.
type Gate struct {
	Workflow *Workflow
	Job      *Job
	Step     *Step
	Required bool // the job's check is required for the base branch
}
