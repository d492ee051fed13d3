module github.com/isrc-dev/isrc/.ci/bench-contribute

go 1.26
