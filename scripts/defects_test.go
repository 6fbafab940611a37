package scripts_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The table of peers' defects names tests that exist, each in its package.
func TestPeerDefects_namesTestsThatExist(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/peer-defects.md")
	require.NoError(t, err)
	sources := map[string]string{}
	found := 0
	for row := range strings.Lines(string(doc)) {
		dir := ""
		for _, word := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row, -1) {
			if !strings.HasPrefix(word[1], "Test") {
				dir = word[1]
				continue
			}
			require.NotEmpty(t, dir, "no package before %s", word[1])
			if _, read := sources[dir]; !read {
				sources[dir] = testsIn(t, dir)
			}
			require.Contains(t, sources[dir], "func "+word[1]+"(t *testing.T)", dir)
			found++
		}
	}
	require.Greater(t, found, 60)
}

func testsIn(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", dir, "*_test.go"))
	require.NoError(t, err)
	var all strings.Builder
	for _, f := range files {
		source, err := os.ReadFile(f)
		require.NoError(t, err)
		all.Write(source)
	}
	return all.String()
}
