package model

import "time"

// WebhookEvent is what an endpoint can hear of.
type WebhookEvent string

// The events. Test is sent on demand, to every endpoint that asks for it.
const (
	WebhookStageEntered WebhookEvent = "stage_entered"
	WebhookMQL          WebhookEvent = "mql"
	WebhookTouch        WebhookEvent = "touch" // reached its end: delivered, done, failed, expired
	WebhookTest         WebhookEvent = "test"
)

// Webhook is an endpoint of another system. Its secret is stored encrypted.
type Webhook struct {
	ID           int64  `gorm:"primaryKey"`
	URL          string `gorm:"column:url"`
	Events       JSON[[]WebhookEvent]
	SealedSecret string
	Active       bool
	Author       string
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// DeliveryState is where a delivery stands: waiting → sending → delivered | waiting
// (again, later) | parked (given up; a person may have it tried again).
type DeliveryState string

// The states of a delivery.
const (
	DeliveryWaiting   DeliveryState = "waiting"
	DeliverySending   DeliveryState = "sending"
	DeliveryDelivered DeliveryState = "delivered"
	DeliveryParked    DeliveryState = "parked"
)

// WebhookDelivery is one event on its way to one endpoint. NextAt is when it is
// tried, while it is being sent when its lease ends. Answer is the last HTTP
// status, 0 without one.
type WebhookDelivery struct {
	ID         int64 `gorm:"primaryKey"`
	WebhookID  int64
	Event      WebhookEvent
	DedupeKey  string
	Payload    string `personal:"yes"` // the JSON body
	State      DeliveryState
	Attempts   int
	NextAt     time.Time
	LeaseToken string
	Answer     int
	LastError  string
	CreatedAt  time.Time
	EndedAt    *time.Time
}
