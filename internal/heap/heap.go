// Package heap has memory handed out before it is needed. Whoever links it has it:
// packages are made ready in the order of what they need and then of their names,
// and this one needs next to nothing, so that it comes before nearly all.
package heap
