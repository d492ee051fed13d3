package index

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/isrc-dev/isrc/internal/fault"
)

// The schema of a generation, and who reads what of it.
//
// A search touches every match, so what is asked of a match is narrow: 4 bytes
// (standings), and what filters need (facets, facts). The rows with the records are read
// for the hits that may be shown and for no others.
//
//	records   id → the record as JSON without its README, compressed (body.go).
//	          readme is a hash of the README's text, by which a record that is
//	          put again is seen not to need indexing again.
//	dictionaries  what the records are compressed with (dictionary.go).
//	keys      host/owner/name in lower case → id. names: the bare name → id.
//	facts     one narrow row for each record: see facts.go. facets say of it what
//	          filters and orders ask, for a thousand records in a row: see facets.go.
//	labels    every value by which records are filtered, once: a kind (the
//	          constants label…), the folded value, as it was first written, and
//	          how many records have it. labelled: which record has which.
//	words     for phrases: FTS5 over the columns of wordColumns, rowid = records.id, no content
//	          of its own; what is put in went through catalog.Indexed.
//	postings  a stem → the records that have it; standings: what is asked of each
//	          of these. They say for single words what words says, much faster: see
//	          postings.go.
//	vocabulary the folded, unstemmed words, with the number of records that have
//	          them in the columns before the README or in its first 300
//	          characters (df, exact; 0 for words of READMEs only) and in the
//	          README (readmes; an estimate, since what leaves a README is not
//	          known).
//	keywords  for each record the terms that tell most of it (keywords.go).
//	wanted    an open issue that welcomes help: its record, and its place in the
//	          record's HelpWanted; ease is catalog.Ease as of the day the record
//	          was seen, by which the candidates are picked (wanted.go). wanted_words
//	          is FTS5 over it, rowid = wanted.id.
//	sources   for each fork the key of the repository where its network begins.
//	events    pull events; pulled names their repositories, which need no record,
//	          teams their authors' teams.
//	          Times are Unix seconds, first and ended are seconds after opened.
//	meta      schema-independent facts of the generation, as text.
//
// Whatever changes here, or in how a record becomes rows (document.go, body.go,
// the words of internal/catalog), changes schemaVersion: rows that were derived
// otherwise could not be taken back.
const schemaVersion = 3

// applicationID is "isrc" in the header of the file.
const applicationID = 0x69737263

// pageSize is SQLite's own choice.
const pageSize = 4096

const schema = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE records (id INTEGER PRIMARY KEY, readme INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE dictionaries (id INTEGER PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE keys (key TEXT PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE names (name TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (name, id)) WITHOUT ROWID;
CREATE TABLE facts (
  id INTEGER PRIMARY KEY,
  flags INTEGER NOT NULL,
  owner INTEGER NOT NULL,
  language INTEGER NOT NULL,
  license INTEGER NOT NULL,
  team INTEGER NOT NULL,
  source INTEGER NOT NULL,
  stars INTEGER NOT NULL,
  forks INTEGER NOT NULL,
  pushed INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  created INTEGER NOT NULL,
  activity INTEGER NOT NULL,
  readiness INTEGER NOT NULL,
  boost REAL NOT NULL);
CREATE TABLE labels (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  value TEXT NOT NULL,
  shown TEXT NOT NULL,
  records INTEGER NOT NULL,
  UNIQUE (kind, value));
CREATE TABLE labelled (label INTEGER NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (label, record)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(
  name, topics, title, description, skills, provides, about, readme,
  content='', contentless_delete=1, detail=full, tokenize='porter unicode61 remove_diacritics 2');
CREATE TABLE postings (stem TEXT NOT NULL, part INTEGER NOT NULL, entries BLOB NOT NULL, PRIMARY KEY (stem, part)) WITHOUT ROWID;
CREATE TABLE standings (id INTEGER PRIMARY KEY, records BLOB NOT NULL);
CREATE TABLE facets (id INTEGER PRIMARY KEY, records BLOB NOT NULL);
CREATE TABLE vocabulary (id INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE, df INTEGER NOT NULL, readmes INTEGER NOT NULL);
CREATE TABLE keywords (record INTEGER PRIMARY KEY, terms BLOB NOT NULL);
CREATE TABLE wanted (id INTEGER PRIMARY KEY, record INTEGER NOT NULL, place INTEGER NOT NULL, flags INTEGER NOT NULL, ease REAL NOT NULL);
CREATE INDEX wanted_record ON wanted (record);
CREATE INDEX wanted_ease ON wanted (ease);
CREATE VIRTUAL TABLE wanted_words USING fts5(
  title, labels, skills, repository,
  content='', contentless_delete=1, detail=full, tokenize='porter unicode61 remove_diacritics 2');
CREATE TABLE sources (record INTEGER PRIMARY KEY, key TEXT NOT NULL);
CREATE INDEX sources_key ON sources (key);
CREATE TABLE pulled (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, shown TEXT NOT NULL);
CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE events (
  repository INTEGER NOT NULL,
  number INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  team INTEGER NOT NULL,
  opened INTEGER NOT NULL,
  first INTEGER,
  ended INTEGER,
  PRIMARY KEY (repository, number)) WITHOUT ROWID;
`

// wordColumns are the columns of the full text index, in its order. about is
// what a record is filed under: its account, its team, its main language and its
// kind.
const (
	columnName = iota
	columnTopics
	columnTitle
	columnDescription
	columnSkills
	columnProvides
	columnAbout
	columnReadme
	wordColumns
)

// The kinds of labels. They stand in files: none may change its number.
const (
	labelHost     = 1
	labelOwner    = 2 // the account
	labelLanguage = 3 // the main one
	labelLicense  = 4
	labelTeam     = 5
	labelTopic    = 6
	labelSkill    = 7 // of the record or of an issue that welcomes help
	labelProvides = 8
	labelRequires = 9
	labelKind     = 10
)

// The keys of meta that every generation has.
const (
	metaBuilt   = "built"
	metaSource  = "source"
	metaRecords = "records"
	metaEvents  = "events"
	// MetaCrawled is when the records were last compared with their forge, in
	// RFC 3339; whoever does that sets it.
	MetaCrawled = "crawled"
)

// indexBuffer is how many bytes of the full text index are collected in memory
// before they are written as a piece.
const indexBuffer = 16 << 20

// createSchema writes the tables of an empty generation.
func createSchema(ctx context.Context, db *sql.Conn) error {
	for _, stmt := range []string{
		fmt.Sprintf("PRAGMA page_size = %d", pageSize),
		fmt.Sprintf("PRAGMA application_id = %d", applicationID),
		fmt.Sprintf("PRAGMA user_version = %d", schemaVersion),
		schema,
		// Larger pieces before they are written make fewer merges.
		fmt.Sprintf("INSERT INTO words(words, rank) VALUES ('hashsize', %d)", indexBuffer),
	} {
		if _, err := db.ExecContext(ctx, stmt); err != nil {
			return fault.Errorf("create the catalog's tables: %w", err)
		}
	}
	return nil
}
