// Package publish carries a generation of a catalog to where a company can
// fetch it, and back: an OCI registry, a web server, a folder. It must not know
// what a generation holds beyond what may be told to everybody. Begin with Pull.
package publish
