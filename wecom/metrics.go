package wecom

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	calls         *prometheus.CounterVec
	latency       *prometheus.HistogramVec
	refreshes     prometheus.Counter
	storeFailures *prometheus.CounterVec
}

// newMetrics registers the package's metrics, or joins those that another
// client of the process registered before.
func newMetrics(reg prometheus.Registerer) *metrics {
	return &metrics{
		calls: register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sixtouch_wecom_calls_total",
			Help: "Calls of WeCom's API by path and outcome: errcode, or http_<status>, timeout, network, body.",
		}, []string{"path", "code"})),
		latency: register(reg, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "sixtouch_wecom_call_seconds",
			Help:    "Time to WeCom's answer, one attempt.",
			Buckets: []float64{.005, .02, .05, .1, .2, .5, 1, 2, 5, 10},
		}, []string{"path"})),
		refreshes: register(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sixtouch_wecom_token_refreshes_total",
			Help: "Access tokens fetched.",
		})),
		storeFailures: register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sixtouch_wecom_store_failures_total",
			Help: "Times the shared token store or limiter did not answer and the call went on without it.",
		}, []string{"what"})),
	}
}

func register[C prometheus.Collector](reg prometheus.Registerer, c C) C {
	if reg == nil {
		return c
	}
	err := reg.Register(c)
	var already prometheus.AlreadyRegisteredError
	if errors.As(err, &already) {
		if existing, ok := already.ExistingCollector.(C); ok {
			return existing
		}
	}
	return c
}
