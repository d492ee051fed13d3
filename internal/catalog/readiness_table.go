package catalog

// The points of readiness, by the identifiers that records carry.
const (
	pointArchived     = "not-archived"
	pointTakes        = "takes-contributions"
	pointContributing = "contributing"
	pointAlive        = "alive"
	pointBuild        = "contributing-build"
	pointTest         = "contributing-test"
	pointSubmit       = "contributing-submit"
	pointAnswerTime   = "contributing-answer"
	pointReadme       = "readme"
	pointPurpose      = "readme-purpose"
	pointStart        = "readme-start"
	pointHelp         = "readme-help"
	pointOwner        = "owner"
	pointAnswers      = "answers"
	pointBranch       = "way-to-branch"
	pointLicense      = "license"
	pointDescription  = "description"
	pointTopics       = "topics"
	pointPullTemplate = "pull-template"
	pointIssueForms   = "issue-template"
	pointCodeOwners   = "code-owners"
	pointManifest     = "manifest"
	pointVersion      = "version"
)

// ReadinessPoint is a row of the table of what is looked for in a repository.
type ReadinessPoint struct {
	ID     string
	Weight float64
	// Essential points are those that a contributor cannot do without: none of
	// them may be missing in a repository that is ready.
	Essential bool
	Asks      string // the question, as a contributor would put it
	Met       string // by what it is met
}

// ReadinessPoints is what readiness is made of, the heaviest and the essential
// first. docs/readiness.md has the same table.
func ReadinessPoints() []ReadinessPoint {
	return []ReadinessPoint{
		{pointArchived, 3, true, "Can it still change?", "the forge's archived flag is off"},
		{pointTakes, 3, true, "Are contributions taken?", "the manifest's `governance` or `contribute.mode`, else a sentence of CONTRIBUTING or README; issues only, or `sharing: closed`, is missing; where nobody says it and nothing else invites, unknown"},
		{pointContributing, 3, true, "Does somebody say how to contribute?", "a CONTRIBUTING with text in it (`.github`, root, `docs`, then the organisation's own), a section of README on contributing, or the manifest's `contribute`"},
		{pointAlive, 2, true, "Does anybody still work on it?", "a push within a year, or a pull request merged in the months for which answers were counted"},
		{pointBuild, 2, false, "How do I build it?", "a command, or a section with steps, in CONTRIBUTING or in README's section on development"},
		{pointTest, 2, false, "How do I test it?", "a command, a section with steps, or the manifest's `contribute.verify`"},
		{pointSubmit, 2, false, "How do I submit a change?", "a sentence or section on opening pull requests"},
		{pointAnswerTime, 1.5, false, "How long does an answer take?", "a sentence that promises or estimates it, or the manifest's `slo`"},
		{pointReadme, 2, false, "Is there a README?", "one with text in it"},
		{pointPurpose, 2, false, "What is it for?", "prose before the first section, or in one such as About or Overview"},
		{pointStart, 2, false, "How do I start using it?", "a section such as Getting started, Installation or Usage with text or code in it"},
		{pointHelp, 1.5, false, "Where do I ask, and whom?", "a section such as Support, Contact or Who we are, a SUPPORT page, or a channel that the manifest or a page names"},
		{pointOwner, 2, false, "Who answers for it?", "a team: the manifest's `owner`, `catalog-info.yaml`, CODEOWNERS for everything, or the one team with admin or maintain"},
		{pointAnswers, 2, false, "Do they answer in time?", "the median first answer comes within five days, and nobody has waited for a month; unknown until pull requests were counted"},
		{pointBranch, 1, false, "Can I make a fork or a branch?", "forking is allowed, or the manifest says how branches are made"},
		{pointLicense, 1, false, "May I use it?", "a licence that the forge knows, or a file of that name"},
		{pointDescription, 1, false, "Can it be found?", "a description of more than 30 characters, or the manifest's `motivation`"},
		{pointTopics, 1, false, "Is it sorted in?", "at least one topic"},
		{pointPullTemplate, 1, false, "What belongs in a pull request?", "a pull request template"},
		{pointIssueForms, 1, false, "What belongs in an issue?", "an issue template or form"},
		{pointCodeOwners, 1, false, "Who reviews which part?", "a CODEOWNERS file with lines in it"},
		{pointManifest, 0.5, false, "Do its owners describe it?", "an innersource.json without mistakes"},
		{pointVersion, 0.5, false, "Which version is it?", "a release, a changelog, or a version in the manifest's `provides`"},
	}
}
