package model

import "time"

// MediaKind is what a file is for WeCom.
type MediaKind string

// The kinds of media that messages and moments may carry.
const (
	MediaImage MediaKind = "image" // jpg or png
	MediaVideo MediaKind = "video" // mp4
	MediaFile  MediaKind = "file"  // anything
)

// MediaUse names one of WeCom's two stores of media; the ids of one are unknown
// in the other.
type MediaUse string

// Messages, welcomes and cards take ids of media/upload, moments those of
// media/upload_attachment.
const (
	MediaForMessage MediaUse = "message"
	MediaForMoment  MediaUse = "moment"
)

// MinMediaBytes is the least that WeCom takes: more than 5 bytes.
const MinMediaBytes = 6

// MaxMediaBytes is the most that WeCom takes of a kind, in bytes (media/upload;
// a moment takes no more); 0 for a kind that it does not know.
func MaxMediaBytes(kind MediaKind) int {
	switch kind {
	case MediaImage, MediaVideo:
		return 10 << 20
	case MediaFile:
		return 20 << 20
	}
	return 0
}

// StoredMedia is a file that we keep, because WeCom forgets its copies after
// three days. Its bytes are in MediaChunks.
type StoredMedia struct {
	ID          int64 `gorm:"primaryKey"`
	Kind        MediaKind
	Name        string // what the recipient of a file sees
	ContentType string
	Size        int64  // bytes
	Width       int    // pixels of a picture, else 0
	Height      int    // pixels of a picture, else 0
	SHA256      []byte `gorm:"column:sha256"`
	CreatedAt   time.Time
	CreatedBy   string
}

// TableName names the table.
func (StoredMedia) TableName() string { return "media" }

// MediaChunk is a piece of a file, small enough for a statement of its own
// whatever the server's max_allowed_packet is.
type MediaChunk struct {
	MediaID int64 `gorm:"primaryKey;autoIncrement:false"`
	Number  int   `gorm:"primaryKey;autoIncrement:false"`
	Data    []byte
}

// MediaUpload is WeCom's copy of a file for one use. Whoever uploads holds the
// lease, so that replicas do not upload the same file twice.
type MediaUpload struct {
	MediaID     int64      `gorm:"primaryKey;autoIncrement:false"`
	Purpose     MediaUse   `gorm:"primaryKey"`
	WeComID     string     `gorm:"column:wecom_id"` // empty before the first upload
	UploadedAt  *time.Time // WeCom's copy lives three days from then
	LeaseToken  string
	LeaseUntil  *time.Time
	LastError   string
	Uploads     int // how often the file was uploaded
	RequestedAt time.Time
}
