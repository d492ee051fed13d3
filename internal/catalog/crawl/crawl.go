// Package crawl turns what a forge tells of its repositories into records of a
// catalog: in batches, since the last time only, and so that a kill loses
// nothing. It must not know how records are kept or shown. Begin with Crawler.
package crawl
