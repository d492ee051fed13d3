// Package index keeps a catalog on disk and searches it: one immutable SQLite
// file for each generation, and a pointer to the current one that is switched by
// a rename. It must not know where records come from, nor how they are shown.
// Begin with Store.
package index
