package handler

import (
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/web"
)

// checkupChecks is about how many findings a whole check-up has: how long the
// way is for those who watch.
const checkupChecks = 15

// checkupNever is the state before the first check-up.
const checkupNever model.CheckupState = "never"

// adminConsole is where WeCom's administrators work.
const adminConsole = "https://work.weixin.qq.com/wework_admin/frame"

type checkupResponse struct {
	State      model.CheckupState `json:"state"`
	Expected   int                `json:"expected"`
	Findings   []findingResponse  `json:"findings"`
	AskedBy    string             `json:"asked_by"`
	AskedAt    *time.Time         `json:"asked_at"`
	FinishedAt *time.Time         `json:"finished_at"`
}

type findingResponse struct {
	Check  string `json:"check"`
	Status string `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Advice string `json:"advice"`
	// Place is where in WeCom's console it is mended, if that is the place.
	Place string `json:"place,omitempty"`
}

func (s *server) lastCheckup(c *gin.Context) error {
	row, err := s.Checkup.Last(c.Request.Context())
	if errors.Is(err, model.ErrNotFound) {
		c.JSON(http.StatusOK, checkupResponse{State: checkupNever, Expected: checkupChecks, Findings: []findingResponse{}})
		return nil
	}
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, checkupOf(row, language(c)))
	return nil
}

func (s *server) askCheckup(c *gin.Context) error {
	row, err := s.Checkup.Ask(c.Request.Context(), principal(c).Name)
	if err != nil {
		return err
	}
	c.JSON(http.StatusAccepted, checkupOf(row, language(c)))
	return nil
}

func checkupOf(row model.Checkup, lang web.Lang) checkupResponse {
	out := checkupResponse{
		State: row.State, Expected: max(checkupChecks, len(row.Findings.V)), Findings: make([]findingResponse, len(row.Findings.V)),
		AskedBy: row.AskedBy, AskedAt: &row.CreatedAt, FinishedAt: row.FinishedAt,
	}
	if row.State == model.CheckupDone {
		out.Expected = len(row.Findings.V)
	}
	say := func(t model.Bilingual) string {
		if lang == web.English {
			return t.EN
		}
		return t.ZH
	}
	for i, f := range row.Findings.V {
		out.Findings[i] = findingResponse{f.Check, f.Status, say(f.Title), say(f.Detail), say(f.Advice), consolePlace(f)}
	}
	return out
}

// consolePlace says which page of WeCom's console a finding is about.
func consolePlace(f model.Finding) string {
	if f.Status != "fault" && f.Status != "warning" {
		return ""
	}
	switch f.Check {
	case "secrets", "token", "agent":
		return adminConsole + "#apps"
	case "departments":
		return adminConsole + "#contacts"
	case "followers", "tags", "groups", "messages", "events":
		return adminConsole
	}
	return ""
}
