package media

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
	"sixtouch/wecom"
)

// WeCom's copy of a file lives three days. A message made with it must find it
// alive when the rep sends, so one of two days is made anew; those who cannot
// wait have theirs made anew some hours before.
const (
	renewAfter = 48 * time.Hour
	renewEarly = 36 * time.Hour
)

// uploadLease is how long an upload may take; after that somebody else tries.
const uploadLease = 3 * time.Minute

var errTorn = errors.New("the stored file is not whole")

// ids returns WeCom's ids of files by ours; none is older than age.
func (s *Service) ids(ctx context.Context, refs []model.MediaRef, use model.MediaUse, age time.Duration) (map[int64]string, error) {
	out := map[int64]string{}
	if len(refs) == 0 {
		return out, nil
	}
	var wanted []int64
	for _, r := range refs {
		wanted = append(wanted, r.ID)
	}
	var copies []model.MediaUpload
	if err := s.db.Conn(ctx).Find(&copies, "purpose = ? AND media_id IN ?", use, wanted).Error; err != nil {
		return nil, fmt.Errorf("look for uploaded media: %w", err)
	}
	for _, c := range copies {
		if s.fresh(ctx, c, age) {
			out[c.MediaID] = c.WeComID
		}
	}
	for _, id := range wanted {
		if out[id] != "" {
			continue
		}
		v, err, _ := s.flights.Do(fmt.Sprintf("%s %d", use, id), func() (any, error) { return s.upload(ctx, id, use, age) })
		if err != nil {
			return nil, err
		}
		out[id] = v.(string)
	}
	return out, nil
}

func (s *Service) fresh(ctx context.Context, c model.MediaUpload, age time.Duration) bool {
	return c.WeComID != "" && c.UploadedAt != nil && s.db.Now(ctx).Before(c.UploadedAt.Add(age))
}

// upload gives WeCom a copy, unless another replica has done so or is at it.
func (s *Service) upload(ctx context.Context, id int64, use model.MediaUse, age time.Duration) (string, error) {
	now := s.db.Now(ctx)
	row := model.MediaUpload{MediaID: id, Purpose: use, RequestedAt: now}
	if err := s.db.Conn(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
		return "", fmt.Errorf("ask for upload of media %d: %w", id, err)
	}
	where := s.db.Conn(ctx).Model(&model.MediaUpload{}).Where("media_id = ? AND purpose = ?", id, use)
	if err := where.Session(&gorm.Session{}).Take(&row).Error; err != nil {
		return "", fmt.Errorf("load upload of media %d: %w", id, err)
	}
	if s.fresh(ctx, row, age) {
		return row.WeComID, nil
	}
	token := rand.Text()
	claimed := where.Session(&gorm.Session{}).
		Where("wecom_id = ? AND lease_token = ? AND (lease_until IS NULL OR lease_until <= ?)", row.WeComID, row.LeaseToken, now).
		Updates(map[string]any{"lease_token": token, "lease_until": now.Add(uploadLease), "requested_at": now})
	if claimed.Error != nil {
		return "", fmt.Errorf("claim upload of media %d: %w", id, claimed.Error)
	}
	if claimed.RowsAffected == 0 {
		return "", &model.Error{Code: model.CodeUnavailable, Message: "the file is being uploaded to WeCom"}
	}
	copied, err := s.copy(ctx, id, use)
	// What became of it must be kept even when we are being stopped.
	ctx = context.WithoutCancel(ctx)
	set := map[string]any{"lease_token": "", "lease_until": nil}
	if err != nil {
		set["last_error"] = err.Error()
	} else {
		set["wecom_id"], set["uploaded_at"], set["last_error"], set["uploads"] = copied, now, "", gorm.Expr("uploads + 1")
	}
	kept := s.db.Conn(ctx).Model(&model.MediaUpload{}).Where("media_id = ? AND purpose = ? AND lease_token = ?", id, use, token).Updates(set)
	if err == nil && kept.Error != nil {
		return "", fmt.Errorf("keep upload of media %d: %w", id, kept.Error)
	}
	return copied, err
}

// copy reads a file and uploads it.
func (s *Service) copy(ctx context.Context, id int64, use model.MediaUse) (string, error) {
	file, err := s.Get(ctx, id)
	if err != nil {
		return "", &model.Error{Code: model.CodeInvalid, Message: fmt.Sprintf("there is no media %d", id), Err: err}
	}
	data, err := s.read(ctx, file)
	if err != nil {
		return "", err
	}
	send := s.uploader.UploadMedia
	if use == model.MediaForMoment {
		send = s.uploader.UploadAttachment
	}
	m, err := send(ctx, string(file.Kind), file.Name, bytes.NewReader(data))
	var e *wecom.Error
	switch {
	case err == nil:
		return m.ID, nil
	case errors.As(err, &e) && !e.Retryable():
		return "", &model.Error{Code: model.CodeInvalid, Message: fmt.Sprintf("WeCom refuses media %d", id), Err: err}
	}
	return "", &model.Error{Code: model.CodeUnavailable, Message: "the file could not be uploaded to WeCom for now", Err: err}
}

// read puts a file together again.
func (s *Service) read(ctx context.Context, file model.StoredMedia) ([]byte, error) {
	data := make([]byte, 0, file.Size)
	for after := -1; int64(len(data)) < file.Size; {
		var part model.MediaChunk
		err := s.db.Read(ctx).Order("number").Take(&part, "media_id = ? AND number > ?", file.ID, after).Error
		if err != nil {
			return nil, fmt.Errorf("read media %d: %w", file.ID, err)
		}
		data, after = append(data, part.Data...), part.Number
	}
	if sum := sha256.Sum256(data); !bytes.Equal(sum[:], file.SHA256) {
		return nil, fmt.Errorf("read media %d: %w", file.ID, errTorn)
	}
	return data, nil
}

// Forget gives up WeCom's copies of a content's files: WeCom has refused them.
func (s *Service) Forget(ctx context.Context, c model.Content, use model.MediaUse) error {
	for _, ref := range c.Media() {
		err := s.db.Conn(ctx).Model(&model.MediaUpload{}).Where("media_id = ? AND purpose = ?", ref.ID, use).
			Updates(map[string]any{"wecom_id": "", "uploaded_at": nil}).Error
		if err != nil {
			return fmt.Errorf("forget upload of media %d: %w", ref.ID, err)
		}
	}
	return nil
}
