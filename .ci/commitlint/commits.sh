#!/usr/bin/env bash
# Makes a repository with 1,000 commits on the branch work, of which every tenth
# breaks config-conventional: bash .ci/commitlint/commits.sh FOLDER. For the
# comparison in docs/performance.md.
set -euo pipefail

git init -q -b base "$1"
cd "$1"
git config user.name Newcomer
git config user.email newcomer@acme.example
printf "extends: ['@commitlint/config-conventional']\n" >.commitlintrc.yaml
git add .commitlintrc.yaml
git commit -qm 'chore: begin'
for i in {1..1000}; do
	message=$'feat(api): reject token '"$i"$'\n\nBecause of what was said in the issue, and more of it.\n\nCloses: #'"$i"$'\n'
	((i % 10)) || message=$'Reject token '"$i"$'.\n\nWhy.\n'
	printf 'commit refs/heads/work\ncommitter Newcomer <newcomer@acme.example> %d +0000\ndata %d\n%s' $((1790000000 + i)) ${#message} "$message"
	((i > 1)) || printf 'from %s\n' "$(git rev-parse base)"
	printf 'M 100644 inline file%d.txt\ndata %d\n%s\n' $((i % 50)) ${#i} "$i"
done | git fast-import --quiet
git checkout -q work
