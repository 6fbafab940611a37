package match_test

import (
	"testing"

	"sixtouch/service/match"
)

func BenchmarkParse(b *testing.B) {
	_, labels := world(b, "testdata/tuning.tsv")
	for i := 0; b.Loop(); i++ {
		match.Parse(labels.Strings[i%len(labels.Strings)].Text)
	}
}

func BenchmarkMatch(b *testing.B) {
	x, labels := world(b, "testdata/tuning.tsv")
	for i := 0; b.Loop(); i++ {
		x.Match(lead(labels.Strings[i%len(labels.Strings)].Text))
	}
}

func BenchmarkPut(b *testing.B) {
	x, labels := world(b, "testdata/tuning.tsv")
	for i := 0; b.Loop(); i++ {
		x.Put(labels.Accounts[i%len(labels.Accounts)])
	}
}
