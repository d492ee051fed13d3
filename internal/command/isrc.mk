# isrc in a Makefile: check before a push, contribute unattended, gate a CI job.
#
#   isrc help make > isrc.mk      then, in your Makefile:  include isrc.mk
#
#   make check                                         before you push
#   make contribute REPO=identity/auth-lib TITLE='fix: reject tokens without expiry' PATCH=fix.patch
#   make contribute REPO=obs/collector TITLE='chore: new module path' EXEC='./migrate.sh'
#   make gate                                          in a CI job
#
# make turns every failure into its own code 2. What isrc's codes mean is
# therefore decided here, inside the recipes: isrc help exit-codes lists them.

ISRC             ?= isrc
ISRC_REQUIRE     ?= >=0.1
CHECK_FLAGS      ?=
CONTRIBUTE_FLAGS ?=
GATE_FLAGS       ?=
GATE_TRIES       ?= 3
GATE_WAIT        ?= 20

.PHONY: isrc-is-new-enough check contribute gate

isrc-is-new-enough:
	@$(ISRC) version --require '$(ISRC_REQUIRE)' >/dev/null

# A change that cannot be judged because the forge is not reached (7) may be
# pushed: the gate in CI judges it again. A change that breaks a rule (3) may not.
check: isrc-is-new-enough
	@$(ISRC) check --no-input $(CHECK_FLAGS); code=$$?; \
	case $$code in \
	0) ;; \
	3) echo "check: broken; $(ISRC) check --fix mends what can be mended" >&2; exit 1 ;; \
	7) echo "check: the forge was not reached, so the change is not judged; CI will" >&2 ;; \
	*) echo "check: not judged (isrc says $$code); $(ISRC) doctor shows why" >&2; exit 1 ;; \
	esac

# From a patch or a command to an open pull request, without a terminal. The
# words of the caller reach the shell as variables, never as program text.
contribute: export REPO := $(value REPO)
contribute: export TITLE := $(value TITLE)
contribute: export BODY := $(value BODY)
contribute: export BRANCH := $(value BRANCH)
contribute: export PATCH := $(value PATCH)
contribute: export EXEC := $(value EXEC)
contribute: isrc-is-new-enough
	@if test -z "$$REPO" || test -z "$$TITLE" || test -z "$$PATCH$$EXEC"; then \
		echo "contribute: give REPO=OWNER/NAME, TITLE='what the change does', and PATCH=FILE or EXEC='COMMAND'" >&2; exit 1; \
	fi; \
	set -- "$$REPO" --title "$$TITLE" --yes --no-input; \
	if test -n "$$PATCH"; then set -- "$$@" --apply "$$PATCH"; else set -- "$$@" --exec "$$EXEC"; fi; \
	if test -n "$$BODY"; then set -- "$$@" --body-file "$$BODY"; fi; \
	if test -n "$$BRANCH"; then set -- "$$@" --branch "$$BRANCH"; fi; \
	$(ISRC) contribute "$$@" $(CONTRIBUTE_FLAGS); code=$$?; \
	case $$code in \
	0) ;; \
	3) echo "contribute: the owners ask for more; see above, mend it in the clone, then: $(ISRC) submit" >&2; exit 1 ;; \
	4) echo "contribute: no token that works; set ISRC_TOKEN, or: $(ISRC) auth login" >&2; exit 1 ;; \
	5) echo "contribute: not permitted, and trying again will not help; ask the owners" >&2; exit 1 ;; \
	7) echo "contribute: the forge is not available; run it again later, it goes on where it stopped" >&2; exit 1 ;; \
	8) echo "contribute: there is nothing to submit" >&2; exit 1 ;; \
	*) echo "contribute: failed (isrc says $$code)" >&2; exit 1 ;; \
	esac

# In CI a change passes only if it was judged (0). Only what can pass by itself
# (7) is tried again.
gate: isrc-is-new-enough
	@try=1; \
	while :; do \
		$(ISRC) check --no-input $(GATE_FLAGS); code=$$?; \
		case $$code in \
		0) exit 0 ;; \
		3) echo "gate: the change breaks what the project asks" >&2; exit 1 ;; \
		6) echo "gate: the base is not here; check out with fetch-depth: 0" >&2; exit 1 ;; \
		7) if test $$try -ge $(GATE_TRIES); then \
				echo "gate: the forge did not answer $$try times; the change is not judged" >&2; exit 1; \
			fi; \
			try=$$((try + 1)); sleep $(GATE_WAIT) ;; \
		*) echo "gate: not judged (isrc says $$code)" >&2; exit 1 ;; \
		esac; \
	done
