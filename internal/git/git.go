// Package git is the local repository, and the reading of a remote one without
// a clone. It knows no forge: go-git reads, and the git program carries out
// transfers and whatever writes into a checkout, so that credential helpers,
// hooks, signing and proxies work as the user set them up. Begin with
// FindTool, Open and Reader.
package git
