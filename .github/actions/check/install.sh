#!/usr/bin/env bash
# Installs the release of isrc that the action names, unless it is there already.
# The archive is held against the checksums of the release.
set -euo pipefail

version=${INPUT_VERSION#v}
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || {
	echo "::error::version is a release such as 0.1.0, not ${version//[^0-9A-Za-z._-]/?}"
	exit 2
}
if command -v isrc >/dev/null && [[ $(isrc version --json version --jq .version) == "$version" ]]; then
	exit 0
fi

case $(uname -s) in
Linux) system=linux kind=tar.gz ;;
Darwin) system=darwin kind=tar.gz ;;
*) system=windows kind=zip ;;
esac
case $(uname -m) in
x86_64 | amd64) machine=amd64 ;;
aarch64 | arm64) machine=arm64 ;;
*)
	echo "::error::there is no isrc for $(uname -m)"
	exit 2
	;;
esac

archive=isrc_${version}_${system}_${machine}.$kind
into=$RUNNER_TEMP/isrc-$version
mkdir -p "$into"
cd "$into"
for file in "$archive" checksums.txt; do
	curl --fail --silent --show-error --location --retry 3 --output "$file" "${INPUT_DOWNLOAD%/}/v$version/$file"
done
grep -F "  $archive" checksums.txt >checksum.txt # sha256, two blanks, name
if command -v sha256sum >/dev/null; then sum=(sha256sum); else sum=(shasum -a 256); fi
"${sum[@]}" --check checksum.txt
if [[ $kind == zip ]]; then unzip -oq "$archive"; else tar -xzf "$archive"; fi
echo "$into" >>"$GITHUB_PATH"
