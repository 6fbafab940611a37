package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// importKills is how often the servers are killed in the dry run, and in the run.
const importKills = 3

// companies is a file of 240 companies, some of them twice and some faulty.
func companies() []byte {
	var b bytes.Buffer
	b.WriteString("公司名称,简称,官网,等级,年合同额,负责人\n")
	for i := range 240 {
		switch {
		case i%17 == 16:
			fmt.Fprintf(&b, "第%d号 科技有限公司,,,,,\n", i-16) // as another rep writes it
		case i%29 == 28:
			fmt.Fprintf(&b, "坏公司%d,,,特级,,没有这个人\n", i)
		default:
			fmt.Fprintf(&b, "第%d号科技有限公司,%d号,d%d.com,%c级,%d万,rep%d\n", i, i, i, 'A'+rune(i%3), i, i%3)
		}
	}
	return b.Bytes()
}

// upload brings a file to the first replica.
func (s *stage) upload(kind, name string, data []byte) int64 {
	s.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	require.NoError(s.t, err)
	_, err = part.Write(data)
	require.NoError(s.t, err)
	require.NoError(s.t, form.Close())
	req, err := http.NewRequest(http.MethodPost, "http://"+s.replicas[0].addr+"/api/v1/imports?kind="+kind, &body)
	require.NoError(s.t, err)
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Content-Type", form.FormDataContentType())
	res, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(s.t, err)
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	require.Equal(s.t, http.StatusCreated, res.StatusCode, "%s", answer)
	var created struct {
		ID int64 `json:"id"`
	}
	require.NoError(s.t, json.Unmarshal(answer, &created))
	return created.ID
}

// disturbed kills every server several times while an import is in that state,
// each time somewhere in the file, and waits until it is in the next.
func (s *stage) disturbed(id int64, during, then model.ImportState) model.Import {
	s.t.Helper()
	conn := s.database().Conn(context.Background())
	var im model.Import
	look := func() { im = model.Import{}; require.NoError(s.t, conn.Take(&im, id).Error) }
	for kill := range importKills {
		s.eventually(2*time.Minute, func() string {
			if look(); im.NextChunk >= (kill+1)*im.Chunks/(importKills+2) || im.State == then {
				return ""
			}
			return fmt.Sprintf("%s, %d of %d chunks", im.State, im.NextChunk, im.Chunks)
		}, "the import is under way")
		require.Equal(s.t, during, im.State, "it was over before kill %d", kill)
		for i := range s.replicas {
			s.signal(i, syscall.SIGKILL)
		}
		look()
		require.Equal(s.t, during, im.State, "it was over before kill %d", kill)
		s.advance(time.Minute + time.Second) // the lease of who died
		s.startAll()
	}
	s.eventually(2*time.Minute, func() string {
		if look(); im.State != then {
			return fmt.Sprintf("%s, %d of %d chunks: %s", im.State, im.NextChunk, im.Chunks, im.LastError)
		}
		return ""
	}, "the import is %s", then)
	return im
}

// broughtIn is everything that an import has stored, but for ids and instants.
func broughtIn(t *testing.T, db *model.DB) []string {
	t.Helper()
	var out []string
	for _, query := range []string{
		"SELECT a.name, a.name_key, a.tier, a.acv, a.lifecycle, a.version, r.userid, l.alias, d.domain FROM accounts a LEFT JOIN reps r ON r.id = a.owner_id LEFT JOIN account_aliases l ON l.account_id = a.id LEFT JOIN account_domains d ON d.account_id = a.id ORDER BY a.name",
		"SELECT line, field, code, value, other FROM import_notes ORDER BY line, field, code",
		"SELECT COUNT(*) AS n FROM import_chunks UNION ALL SELECT COUNT(*) FROM import_keys",
	} {
		var rows []map[string]any
		require.NoError(t, db.Conn(context.Background()).Raw(query).Scan(&rows).Error)
		for _, r := range rows {
			out = append(out, fmt.Sprint(r))
		}
	}
	return out
}

func TestImport_killedAndResumedBringsTheSameRowsAsUndisturbed(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	databases(t, func(t *testing.T, s *stage) {
		s.vars = append(s.vars, "SIXTOUCH_IMPORT_PAGE_SIZE=2")
		for i := range 3 {
			s.wecom.Member(fmt.Sprintf("rep%d", i), fmt.Sprintf("销售%d", i))
		}
		s.startAll()
		s.api(http.MethodPost, "/syncs", nil, nil)
		s.eventually(time.Minute, func() string {
			var n int64
			require.NoError(t, s.database().Conn(context.Background()).Model(&model.Rep{}).Where("name <> ''").Count(&n).Error)
			return map[bool]string{false: "not yet"}[n == 3]
		}, "the reps are known")
		id := s.upload("accounts", "客户.csv", companies())
		checked := s.disturbed(id, model.ImportChecking, model.ImportChecked)
		s.api(http.MethodPost, fmt.Sprintf("/imports/%d/start", id), nil, nil)
		done := s.disturbed(id, model.ImportRunning, model.ImportDone)
		require.Equal(t, checked.Counts, done.Counts)
		require.Equal(t, 240, done.Counts.V.Done())

		// The same file, undisturbed and in larger pages, by the command line.
		dsn := modeltest.SQLiteDSN(t)
		if s.database().Dialect() == model.MySQL {
			dsn = modeltest.MySQLDSN(t)
		}
		quiet := modeltest.Open(t, dsn, model.SystemClock{})
		for i := range 3 {
			require.NoError(t, quiet.Conn(t.Context()).Create(&model.Rep{UserID: fmt.Sprintf("rep%d", i), Name: fmt.Sprintf("销售%d", i), Status: 1, CanFollow: true}).Error)
		}
		path := filepath.Join(t.TempDir(), "客户.csv")
		require.NoError(t, os.WriteFile(path, companies(), 0o600))
		s.vars = append(s.vars, "SIXTOUCH_DB_DSN="+dsn, "SIXTOUCH_IMPORT_PAGE_SIZE=50", "LANG=zh_CN.UTF-8")
		out := s.run("import", "accounts", path)
		require.Contains(t, out, "什么都没有写入")
		require.Contains(t, out, "没有叫“没有这个人”的在职员工")
		out = s.run("import", "--resume", "1", "--yes")
		c := done.Counts.V
		require.Contains(t, out, fmt.Sprintf("新增 %d，更新 0，不变 0，重复 %d，待出现 0，有误 %d", c.New, c.Duplicate, c.Faulty))
		require.Equal(t, broughtIn(t, quiet), broughtIn(t, s.database()))
		var n int64
		require.NoError(t, quiet.Conn(t.Context()).Model(&model.Account{}).Count(&n).Error)
		require.EqualValues(t, c.New, n)
	})
}
