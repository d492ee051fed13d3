// Package index keeps a catalog on disk and searches it: one immutable SQLite
// file for each generation, and a pointer to the current one that is switched by
// a rename. It must not know where records come from, nor how they are shown.
// Begin with Store.
//
// # Generations
//
// An update copies the current generation's file, changes the copy through a
// Writer, orders its full text index, flushes it, and only then writes a pointer
// that names it. Before the pointer's rename readers see the old generation,
// after it the new one, and a process that is killed leaves at most files that
// the next writer sweeps away. Nothing is ever written to a file that a reader
// may hold: readers open it as immutable, without locks and without a journal.
// The generation before the current one stays, for those who still read it (on
// Windows an open file cannot be removed) and for the case of damage.
//
// # Damage
//
// The pointer says what a generation's file was: its size, a hash of a sample of
// its pages, and a hash of the whole. Size, header and sample are looked at
// whenever the file is opened; the whole when it is built upon, published or
// verified. What is found later, by SQLite in a page or by the checksum of a
// record, is noted beside the file. A damaged generation gives way to the one
// before it, and is never built upon; Info.Recovered says so. A file from
// elsewhere is read whole before it is adopted: its schema is ours to the
// letter, so that nothing in it runs anything.
//
// # What is in a file
//
// See schema.go for the tables, postings.go for how words lead to records,
// dictionary.go for how records are compressed, and internal/catalog's words.go
// for how text becomes words: the index and the query go through the same
// functions.
package index
