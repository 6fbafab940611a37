// Package experiment decides who gets which variant and what the answers
// prove. Assignment is sticky: a hash of the experiment and the unit, the same
// in every process. Verdicts may be read every day without raising more false
// alarms than planned. The package is pure: it imports nothing of ours, stores
// nothing, and the same counts give the same verdict.
//
// A unit is what is assigned and what is counted: the account where the person
// is matched to one, else the contact, since colleagues talk.
package experiment

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
)

// Buckets is how many buckets the units of an experiment fall into.
const Buckets = 10_000

// Bucket is where the unit falls, 0 ≤ bucket < Buckets: the first 8 bytes,
// big-endian, of SHA-256 of "<experiment>|<unit>", modulo Buckets. Buckets of
// two experiments are independent of each other. The experiment's name holds
// no "|".
func Bucket(experiment, unit string) int {
	sum := sha256.Sum256([]byte(experiment + "|" + unit))
	return int(binary.BigEndian.Uint64(sum[:8]) % Buckets)
}

// Held tells whether the unit is among the percent, 0 to 100 in hundredths,
// that the experiment holds out. Raising the percent keeps those held already.
func Held(experiment, unit string, percent float64) bool {
	return Bucket(experiment, unit) < int(math.Round(percent*Buckets/100))
}

// Weight is a variant's share of the units, relative to the other weights.
// Below 0 counts as 0.
type Weight struct {
	Key    string
	Weight int
}

// Assign chooses the unit's variant: the weights, in their order, divide the
// buckets between them. Without a positive weight it is "".
//
// It is for units that have no variant yet. After a change of weights it would
// move some of those assigned before; the caller stores what Assign answered
// and asks once per experiment and unit. Weights that change while rates drift
// mix the two up: the variant that got more units late looks like the late
// rate. Compare within the time of one set of weights, or start anew.
func Assign(experiment, unit string, weights []Weight) string {
	total := 0
	for _, w := range weights {
		total += max(w.Weight, 0)
	}
	at, upTo := Bucket(experiment, unit)*total, 0
	for _, w := range weights {
		upTo += max(w.Weight, 0)
		if at < upTo*Buckets {
			return w.Key
		}
	}
	return ""
}
