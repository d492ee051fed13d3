package rule

import (
	"strings"
	"sync"
)

// commonVerbs are verbs with which subjects begin.
var commonVerbs = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, v := range strings.Fields(`
		abort absorb abstract accept access accommodate act activate adapt add address adjust adopt advance advertise aggregate align allocate allow
		alter amend analyze annotate announce append apply approve archive arrange ask assemble assert assign assume attach attempt audit
		authenticate authorize automate avoid await back backport balance base be become begin bind block bootstrap bound break bring broaden build
		bump bundle bypass cache calculate call cancel capitalize capture cast catch centralize change check choose clarify clean cleanup clear clip
		clone close coalesce collapse collect combine comment commit compare compile complete compose compress compute conceal configure confirm
		connect consider consolidate constrain construct consume continue convert copy correct count cover create customize cut deactivate deal
		debug declare decode decorate decouple decrease deduplicate default defer define delay delegate delete deliver demote deny deploy deprecate
		derive describe destroy detach detect determine disable disallow discard disconnect display distinguish divide do document downgrade
		download drop dump duplicate edit eliminate emit emulate enable encapsulate encode encourage encrypt end enforce enhance enqueue ensure
		enter erase escape establish evaluate evict exclude execute exempt exit expand expect explain expose extend extract factor fail fall fetch
		fill filter finalize find finish fix flag flatten flip flush fold follow forbid force format forward free freeze gate generalize generate
		get give go grant group guard handle harden hide highlight hoist honor honour hook ignore implement import improve include increase indent
		index indicate inform inherit initialize inject inline insert inspect install integrate introduce invalidate invert invoke isolate join keep
		label launch lead leave let lift limit link lint list listen load localize lock log loosen lower maintain make manage map mark mask match
		measure mention merge migrate minimize mirror mock modernize modify monitor mount move mute name narrow normalize note notify obtain offer
		omit open optimize order organize output override overwrite pack pad parallelize parameterize parse pass patch pause perform permit persist
		pick pin place polish poll populate port postpone preallocate prefer prefix prepare present preserve prevent print process produce prohibit
		promote propagate protect provide prune publish pull purge push put query quote raise randomize reach read rearrange rebase rebuild
		recalculate receive recognize recommend record recover recreate redact redirect reduce refactor reference refine refresh refuse regenerate
		register reimplement reject relax release reload relocate remove rename render reorder reorganize repair replace replicate report represent
		request require reserve reset resize resolve respect respond restore restrict restructure retain rethrow retry return reuse revert review
		revise rework rewrite roll rotate round route run sanitize save scale schedule scope search secure select send separate serialize serve set
		share shift ship shorten show shrink shut silence simplify skip sort specify speed split squash stabilize standardize start state stop
		store stream streamline strengthen strip structure style submit subscribe substitute suggest support suppress surface swap switch
		synchronize tag take teach tell terminate test throttle throw tidy tighten toggle tolerate trace track transform translate traverse treat
		trigger trim truncate try tune turn tweak type unblock undo unify uninstall unlock unpin unset update upgrade upload use utilize validate
		vendor verify wait walk warn wire work wrap write`) {
		out[v] = true
	}
	return out
})
