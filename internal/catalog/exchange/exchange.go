// Package exchange reads and writes the files by which catalogs of other tools
// and ours exchange records: SAP's repos.json, innersource.json, Backstage's
// catalog-info.yaml, publiccode.yml, and JSON and CSV of our own. It finds no
// files and asks no forge. Begin with Formats.
package exchange
