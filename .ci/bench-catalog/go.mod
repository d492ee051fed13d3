module github.com/isrc-dev/isrc/.ci/bench-catalog

go 1.26
