#!/usr/bin/env bash
# Runs isrc check with the inputs of the action, which come as variables: never
# as text in a script, where a title or a branch could become a command.
set -euo pipefail

refuse() {
	echo "::error::$1"
	exit 2
}

arguments=(check "--format=${INPUT_FORMAT:-github}")
[[ -z ${INPUT_BASE:-} ]] || arguments+=("--base=$INPUT_BASE")
[[ -z ${INPUT_ONLY:-} ]] || arguments+=("--only=$INPUT_ONLY")
[[ -z ${INPUT_SKIP:-} ]] || arguments+=("--skip=$INPUT_SKIP")
[[ -z ${INPUT_REPORT:-} ]] || arguments+=("--report=$INPUT_REPORT")
case ${INPUT_STRICT:-false} in
true) arguments+=(--strict) ;;
false) ;;
*) refuse 'strict is true or false' ;;
esac
case ${INPUT_SUMMARY:-true} in
true) [[ -z ${GITHUB_STEP_SUMMARY:-} ]] || arguments+=("--report=markdown=$GITHUB_STEP_SUMMARY") ;;
false) ;;
*) refuse 'summary is true or false' ;;
esac

# In some containers the checkout belongs to another user, and git would not look
# at it: that one folder is trusted, for this step alone.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$PWD

status=0
isrc "${arguments[@]}" || status=$?
[[ -z ${GITHUB_OUTPUT:-} ]] || echo "exit-code=$status" >>"$GITHUB_OUTPUT"
exit "$status"
