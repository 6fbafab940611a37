package account_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/contact"
	"sixtouch/service/match"
)

func TestMatch_believesWhatAnImportSaysOfSomebodysCompany(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		m := newMatching(t, db, clock)
		id := m.account("北京蓝天科技有限公司")
		person := m.adds("wm1", "")
		m.match()
		require.Zero(t, m.at(person))
		_, err := m.contacts.Enrich(t.Context(), contact.Enrichment{
			ContactID: person, Facts: model.ContactFacts{Company: "北京蓝天科技有限公司"}, Origin: match.SourceImport, Key: "import:1:2",
		})
		require.NoError(t, err)
		m.match()
		require.Equal(t, id, m.at(person))
		require.Equal(t, match.SourceImport, m.last(person).Source)
	})
}
