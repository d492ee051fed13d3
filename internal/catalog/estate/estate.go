// Package estate makes up a company with as many repositories as are asked for,
// the same ones for the same seed: for tests, benchmarks and the measuring of
// rankings. The program does not contain it. Begin with New.
package estate
