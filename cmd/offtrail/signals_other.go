//go:build !unix

package main

// signalsAsErrors has nothing to do where writes fail with errors alone.
func signalsAsErrors() {}
