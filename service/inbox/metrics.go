package inbox

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type intakeMetrics struct {
	accept prometheus.Histogram
	batch  prometheus.Histogram
	age    prometheus.Histogram
	failed prometheus.Counter
}

// newIntakeMetrics registers with r; nil registers nowhere.
func newIntakeMetrics(r prometheus.Registerer) *intakeMetrics {
	f := promauto.With(r)
	return &intakeMetrics{
		accept: f.NewHistogram(prometheus.HistogramOpts{
			Name: "sixtouch_inbox_accept_seconds", Help: "Time until a verified callback was durable.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}),
		batch: f.NewHistogram(prometheus.HistogramOpts{
			Name: "sixtouch_inbox_batch_callbacks", Help: "Callbacks that shared one commit.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 10),
		}),
		age: f.NewHistogram(prometheus.HistogramOpts{
			Name:    "sixtouch_inbox_event_age_seconds",
			Help:    "From WeCom's time of an event, in whole seconds, to its receipt by our clock. Below -1 our clock is behind; when all are late it is ahead, or WeCom repeats.",
			Buckets: []float64{-60, -20, -5, -1, 0, 1, 2, 5, 10, 20, 60, 300, 3600},
		}),
		failed: f.NewCounter(prometheus.CounterOpts{
			Name: "sixtouch_inbox_not_stored_total", Help: "Callbacks that could not be stored; WeCom sends them again.",
		}),
	}
}

type workerMetrics struct {
	processed *prometheus.CounterVec
	latency   *prometheus.HistogramVec
	rescued   prometheus.Counter
}

func newWorkerMetrics(r prometheus.Registerer) *workerMetrics {
	f := promauto.With(r)
	return &workerMetrics{
		processed: f.NewCounterVec(prometheus.CounterOpts{
			Name: "sixtouch_inbox_processed_total", Help: "Attempts at inbox items by what became of them.",
		}, []string{"state"}),
		latency: f.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sixtouch_inbox_processed_seconds", Help: "From the receipt of a callback to the end of its processing.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2, 5, 10, 20, 60, 300},
		}, []string{"lane"}),
		rescued: f.NewCounter(prometheus.CounterOpts{
			Name: "sixtouch_inbox_rescued_total", Help: "Items taken back from a holder whose lease had run out.",
		}),
	}
}
