package account

import (
	"context"
	"encoding/json"

	"sixtouch/model"
)

// checkFilter refuses an account filter that says nothing we know.
func checkFilter(json.RawMessage) error {
	return model.Invalid("filter", "is not known here yet")
}

// refresh makes a dynamic list hold what its filter selects now.
func (s *Service) refresh(context.Context, *model.TargetList) error { return nil }
