# The steps of .ci/run: a function each, run in a shell of its own that ends at
# the first command that fails. $root is the repository, $work a folder that is
# gone afterwards.
# shellcheck shell=bash disable=SC2154

passed=0 failed=0 summary=''

# step NAME FUNCTION runs one step, times it, and counts it.
step() {
	local begun=$SECONDS status=0 word=ok
	printf '\n=== %s\n' "$1"
	set +e # a condition would switch -e off inside, too
	(
		set -euo pipefail
		"$2"
	) </dev/null 2>&1
	status=$?
	set -e
	if ((status == 0)); then
		passed=$((passed + 1))
	else
		failed=$((failed + 1)) word=FAILED
	fi
	printf -- '--- %s: %s (%d s)\n' "$word" "$1" $((SECONDS - begun))
	summary+=$(printf '%-6s %4d s  %s' "$word" $((SECONDS - begun)) "$1")$'\n'
}

finish() {
	printf '\n=== summary\n%s%4d s in all\n\n%d passed, %d failed\n' "$summary" $SECONDS $passed $failed
	((failed == 0))
}

# apt installs a Debian package unless its program is there.
apt() {
	command -v "$1" >/dev/null && return
	local as=()
	((EUID == 0)) || as=(sudo -n)
	"${as[@]}" apt-get update -qq
	"${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${@:2}"
}

format() {
	local bad
	bad=$(git ls-files -z '*.go' ':!*testdata/*' | xargs -0 gofmt -l)
	[[ -z $bad ]] || { echo "gofmt -w is due for: $bad"; return 1; }
}

vet() {
	go vet ./...
}

# lint takes the linter from the PATH only if it is exactly ours, else builds it.
lint() {
	local linter
	linter=$(command -v golangci-lint || true)
	if [[ -z $linter ]] || [[ v$("$linter" version --short) != "$lint_version" ]]; then
		GOFLAGS='' GOBIN=$work/bin go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$lint_version"
		linter=$work/bin/golangci-lint
	fi
	"$linter" run ./...
}

race() {
	apt gcc gcc libc6-dev
	# A race build sleeps for a second at its end, and the scripts start hundreds.
	# SQLite, which was C, is left as it is: it takes half of the time of what uses
	# it, and shares no memory with us. So are regular expressions, a fifth of the
	# rest: what they keep is for many at once, and the texts that we give them do
	# not change. Vetted it was before.
	GORACE=atexit_sleep_ms=0 CGO_ENABLED=1 go test -race -vet=off -timeout 40m \
		-gcflags=modernc.org/...=-race=false -gcflags=regexp/...=-race=false ./...
}

cross() {
	local system
	for system in darwin/arm64 windows/amd64; do
		echo "$system"
		GOOS=${system%/*} GOARCH=${system#*/} CGO_ENABLED=0 go build -o "$work/cross/" ./cmd/isrc
	done
}

# start holds the two figures that every command pays for: the size of the
# program, and the initialisation of its packages (the least of 20 runs, since
# noise only ever adds).
start() {
	local size least smaller
	mapfile -t smaller < <(sed -n 's/^ *- \(.*=-l\)$/-gcflags=\1/p' .goreleaser.yaml)
	((${#smaller[@]} > 0))
	CGO_ENABLED=0 go build -trimpath "${smaller[@]}" -ldflags '-s -w' -o "$work/isrc" ./cmd/isrc # as it is released
	size=$(wc -c <"$work/isrc")
	least=$(for _ in {1..20}; do
		GODEBUG=inittrace=1 "$work/isrc" version 2>&1 >/dev/null |
			awk '$1 == "init" { sum += $5 * 1000 } END { printf "%d\n", sum }'
	done | sort -n | sed -n 1p)
	echo "size $size bytes (limit $binary_limit), package initialisation $least us (limit $init_limit)"
	echo 'the most costly packages:'
	GODEBUG=inittrace=1 "$work/isrc" version 2>&1 >/dev/null | awk '$1 == "init" { print "  " $5, $6, $2 }' | sort -rn | sed -n 1,5p
	((size < binary_limit && least > 0 && least < init_limit))
}

referee() {
	cd .ci/conformance
	go vet ./...
	go test ./...
	go build -o "$work/conformance" .
}

# campaigns tries in all of the hundreds of ways what the suite takes samples of.
campaigns() {
	ISRC_CAMPAIGN=whole go test -vet=off -count=1 -timeout 30m -run '^TestCampaign' ./internal/command
}

# descriptions fetches what GitHub publishes about its API: github.com's, and
# that of the oldest server there is.
descriptions() {
	local oldest
	mkdir -p "$work/openapi"
	cd "$work/openapi"
	npm pack --silent "@octokit/openapi@$openapi" >/dev/null
	mv ./*.tgz package.tgz
	echo "$openapi_sum  package.tgz" | sha256sum --check --quiet
	oldest=$(tar -tzf package.tgz | grep -E '^package/generated/ghes-[0-9.]+\.json$' | sort -V | sed -n 1p)
	tar -xzf package.tgz package/generated/api.github.com.json "$oldest"
	mv package/generated/api.github.com.json github.json
	mv "$oldest" ghes.json
	echo "api.github.com.json and ${oldest##*/} of @octokit/openapi $openapi"
}

# judge holds a recording against both descriptions.
judge() {
	"$work/conformance" check -describe "github=$work/openapi/github.json" -describe "ghes=$work/openapi/ghes.json" \
		-allow .ci/conformance/allow.txt "$1"
}

# commitlint_agrees holds what rules say of messages against commitlint itself:
# that of today, and the last before the one that changed what a footer is.
commitlint_agrees() {
	local version packages
	for version in "$commitlint" "$commitlint_before"; do
		mkdir -p "$work/commitlint/$version"
		packages=()
		for name in load lint config-conventional config-angular; do
			packages+=("@commitlint/$name@$version")
		done
		npm install --silent --no-audit --no-fund --engine-strict=false --prefix "$work/commitlint/$version" "${packages[@]}"
		echo "commitlint $version"
		ISRC_COMMITLINT=$work/commitlint/$version ISRC_COMMITLINT_DRIVER=$root/.ci/commitlint/driver.mjs \
			ISRC_COMMITLINT_VERSION=$version go test -count=1 -v -run TestCommitlintAgrees ./internal/rule
	done
}

# registry publishes a catalog in Debian's docker-registry and fetches it: with
# passwords, TLS of an authority of its own, and kills in between. In another
# registry, crane's, clients of other hands judge and copy what was published.
registry() {
	apt docker-registry docker-registry
	apt htpasswd apache2-utils
	apt skopeo skopeo
	GOFLAGS='' GOBIN=$work/bin go install "github.com/google/go-containerregistry/cmd/crane@$crane_version"
	ISRC_REGISTRY_PROGRAM=$(command -v docker-registry) ISRC_HTPASSWD=$(command -v htpasswd) \
		ISRC_CRANE=$work/bin/crane ISRC_SKOPEO=$(command -v skopeo) \
		go test -count=1 -v -run TestARealRegistry ./internal/command >"$work/registry.out" 2>&1 || { cat "$work/registry.out"; return 1; }
	grep '^ *--- PASS: TestARealRegistry/' "$work/registry.out"
}

# keyring signs in with Debian's GNOME keyring in a D-Bus session without a desktop:
# unlocked, locked, frozen and gone, and with what renews a token in it.
keyring() {
	apt gnome-keyring-daemon gnome-keyring
	apt dbus-run-session dbus-daemon
	apt dbus-send dbus-bin
	apt secret-tool libsecret-tools
	ISRC_KEYRING_PROGRAM=$(command -v gnome-keyring-daemon) \
		go test -count=1 -v -run TestARealKeyring ./internal/command >"$work/keyring.out" 2>&1 || { cat "$work/keyring.out"; return 1; }
	grep '^ *--- PASS: TestARealKeyring/' "$work/keyring.out"
}

# ssh_server carries a contribution through Debian's openssh-server, which runs on
# a free port as whoever runs this; as root it wants a folder of its own. Beside it
# pinentry asks for a passphrase at a terminal.
ssh_server() {
	PATH=$PATH:/usr/sbin
	apt ssh openssh-client
	apt sshd openssh-server
	apt gpg gnupg
	apt pinentry-curses pinentry-curses
	((EUID != 0)) || mkdir -p /run/sshd
	ISRC_SSHD=$(command -v sshd) go test -count=1 -v -run 'TestARealSSHServer|TestPinentry' ./internal/command >"$work/sshd.out" 2>&1 || { cat "$work/sshd.out"; return 1; }
	grep -E '^ *--- (PASS|SKIP): Test' "$work/sshd.out"
	# All that they need is installed: nothing may be skipped.
	grep -q '^--- PASS: TestPinentry' "$work/sshd.out" && ! grep -q '^ *--- SKIP' "$work/sshd.out"
}

conform() {
	judge "$work/record"
}

# lies corrupts recorded answers: each field of each operation once in memory;
# and two copies of the recording, which passed, must fail with one lie in each.
lies() {
	local lie status
	judge "$work/record" >/dev/null
	"$work/conformance" lies -describe "github=$work/openapi/github.json" -describe "ghes=$work/openapi/ghes.json" "$work/record"
	"$work/conformance" lie -describe "github=$work/openapi/github.json" -to "$work/lies" "$work/record"
	for lie in "$work"/lies/*; do
		status=0 # 1 says that a lie was found, 2 that nothing could be judged
		judge "$lie" >"$lie.out" || status=$?
		grep recording.jsonl "$lie.out"
		((status == 1))
	done
}

# graphql_schema fetches the schema that GitHub publishes.
graphql_schema() {
	mkdir -p "$work/graphql"
	cd "$work/graphql"
	npm pack --silent "@octokit/graphql-schema@$graphql" >/dev/null
	mv ./*.tgz package.tgz
	echo "$graphql_sum  package.tgz" | sha256sum --check --quiet
	tar -xzf package.tgz package/schema.graphql
	mv package/schema.graphql published.graphql
}

# judge_graphql holds a schema, and what was recorded, against the published one.
judge_graphql() {
	"$work/conformance" graphql -published "$work/graphql/published.graphql" -schema "$@" "$work/record"
}

# graphql_conforms also corrupts each recorded field in each way, in memory.
graphql_conforms() {
	judge_graphql internal/forge/sandbox/schema.graphql -lies
}

# graphql_lies spoils the sandbox's schema, a line at a time.
graphql_lies() {
	local lie status
	for lie in 's/^  defaultBranchRef: Ref$/&!/' 's/^  isDraft: Boolean!/  isDraft: String!/' 's/^  forkingAllowed: /  mayFork: /' \
		's/followRenames: Boolean = true/followRenames: Boolean = false/' 's/^  INTERNAL$/  SECRET/' 's/^  nodes: \[Repository\]$/  nodes: [Repository!]/'; do
		sed "$lie" internal/forge/sandbox/schema.graphql >"$work/graphql/lie.graphql"
		if cmp --silent internal/forge/sandbox/schema.graphql "$work/graphql/lie.graphql"; then
			echo "nothing was spoilt by $lie"
			return 1
		fi
		status=0 # 1 says that a lie was found, 2 that nothing could be judged
		judge_graphql "$work/graphql/lie.graphql" >"$work/graphql/lie.out" || status=$?
		grep -m 1 '^schema:' "$work/graphql/lie.out"
		((status == 1))
	done
}

# sarif holds reports against the schema that OASIS published for SARIF 2.1.0: of
# a change that breaks rules in commits and in files, of one that breaks none,
# and of what is asked without a change. A report with a lie must be found out.
sarif() {
	local schema repo=$work/sarif status=0
	schema=$(GOFLAGS=-mod=mod go mod download -json "github.com/securego/gosec/v2@$gosec" | sed -n 's/^.*"Dir": "\(.*\)".*$/\1/p')/report/sarif/testdata/sarif-schema-2.1.0.json
	echo "$sarif_sum  $schema" | sha256sum --check --quiet
	go build -o "$work/isrc" ./cmd/isrc
	git init --quiet --initial-branch=main "$repo"
	cd "$repo"
	git config user.name Somebody
	git config user.email somebody@example.com
	printf '# Contributing\n\nCommit messages must follow Conventional Commits.\nEvery commit must be signed off (Signed-off-by).\n' >CONTRIBUTING.md
	printf 'rules:\n  header-max-length: [2, always, 20]\n' >.commitlintrc.yaml
	git add .
	git commit --quiet -s -m 'chore: begin'
	git switch --quiet -c topic
	printf 'token = "ghp_%s"\n' "$(printf 'isrc' | sha256sum | head -c 36)" >'a file: with "signs" %.txt'
	git add .
	git commit --quiet -m 'no type in a header that is far too long.'
	"$work/isrc" check --base main --report "sarif=broken.sarif" || ((status = $?))
	((status == 0 || status == 3))
	grep -q '"ruleId"' broken.sarif
	"$work/isrc" check --base main --only approvals --report sarif=none.sarif
	"$work/isrc" check --requirements --report sarif=asked.sarif
	"$work/isrc" check --repo-dir . --requirements --report sarif=folder.sarif
	"$work/conformance" sarif "$schema" ./*.sarif
	sed 's/"kind": "fail"/"kind": "failed"/' broken.sarif >lie.sarif
	status=0
	"$work/conformance" sarif "$schema" lie.sarif || status=$?
	((status == 1))
}

# clean_clone is what a new user has: HEAD, an empty HOME, Go and git. The modules
# are those that the steps before have fetched, and what Go has compiled already
# need not be compiled again: it goes by the content of files and settings alone.
clean_clone() {
	clone=$work/clone
	home=$work/home tmp=$work/tmp
	[[ -d $clone ]] || git clone --quiet --no-local "$root" "$clone"
	mkdir -p "$home" "$tmp"
	cd "$clone"
	clean=(env -i "PATH=$PATH" "HOME=$home" "TMPDIR=$tmp" "GOCACHE=$(go env GOCACHE)" CI=true
		"GOMODCACHE=$(go env GOMODCACHE)" "GOPROXY=$(go env GOPROXY)" "GOFLAGS=$(go env GOFLAGS)"
		"GOSUMDB=$(go env GOSUMDB)" "GONOSUMDB=$(go env GONOSUMDB)")
}

# dead is a proxy that nobody can use.
dead=(http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9 HTTPS_PROXY=http://127.0.0.1:9)

# traces fails if anything is left in a HOME and a TMPDIR, Go's own counters
# aside, or if a process still has that HOME.
traces() {
	local left process
	left=$(find "$1" "$2" -mindepth 1 -not -type d -not -path "*/.config/go/*" -not -name .gitconfig)
	[[ -z $left ]] || { echo "left behind: $left"; return 1; }
	for process in /proc/[0-9]*; do
		if grep -qzxF "HOME=$1" "$process/environ" 2>/dev/null; then
			echo "still running: $(tr '\0' ' ' <"$process/cmdline")"
			return 1
		fi
	done
	echo 'nothing was left behind'
}

clean_demo() {
	clean_clone
	"${clean[@]}" go build -o /dev/null ./cmd/isrc # not the demo's time
	local begun=$SECONDS
	timeout 120 "${clean[@]}" "${dead[@]}" go run ./cmd/isrc demo
	echo "the demo took $((SECONDS - begun)) s"
	traces "$home" "$tmp"
}

# clean_tests runs the suite as everybody does, and keeps its REST exchanges. What a
# failing test recorded until then is judged all the same.
clean_tests() {
	apt make make # the recipes of docs/make.md are tried where make is
	clean_clone
	mkdir -p "$work/record"
	"${clean[@]}" "ISRC_RECORD=$work/record" go test ./...
	[[ -n $(ls "$work/record") ]]
}

# rough_demo is the demo among settings that spoil it if they are honoured, in
# a folder that is no repository.
rough_demo() {
	local home=$work/rough tmp=$work/rough-tmp
	mkdir -p "$home/hooks" "$tmp" "$work/elsewhere"
	go build -o "$work/isrc" ./cmd/isrc
	printf '#!/bin/sh\necho refused by a hook >&2\nexit 1\n' | tee "$home/hooks/pre-commit" >"$home/hooks/pre-push"
	chmod +x "$home"/hooks/*
	cat >"$home/.gitconfig" <<-END
		[user]
			name = Somebody Else
			email = else@example.com
			signingkey = none
		[commit]
			gpgsign = true
		[core]
			hooksPath = $home/hooks
		[url "http://127.0.0.1:9/"]
			insteadOf = http://
		[init]
			defaultBranch = trunk
	END
	cd "$work/elsewhere"
	timeout 120 env -i "PATH=$PATH" "HOME=$home" "TMPDIR=$tmp" "${dead[@]}" "$work/isrc" demo >"$work/rough.out" 2>&1 ||
		{ tail -40 "$work/rough.out"; return 1; }
	tail -3 "$work/rough.out"
	rm -rf "$home/hooks"
	traces "$home" "$tmp"
	[[ -z $(ls -A .) ]] || { echo "left behind: $(ls -A .)"; return 1; }
}

# own_rules holds every commit but the first to what this repository asks.
own_rules() {
	clean_clone
	"${clean[@]}" go build -o "$work/isrc" ./cmd/isrc
	"${clean[@]}" "${dead[@]}" "$work/isrc" check --base "$(git rev-list --max-parents=0 HEAD | tail -1)"
}
