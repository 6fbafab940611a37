package web_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/web"
)

func texts(t *testing.T, lang web.Lang) map[string]string {
	t.Helper()
	data, err := os.ReadFile("i18n/" + string(lang) + ".json")
	require.NoError(t, err)
	out := map[string]string{}
	require.NoError(t, json.Unmarshal(data, &out))
	return out
}

// JSON keeps the last of two texts of one key, and says nothing.
func TestCatalogueHasEachKeyOnce(t *testing.T) {
	t.Parallel()
	for _, lang := range []web.Lang{web.Chinese, web.English} {
		doc, err := os.ReadFile("i18n/" + string(lang) + ".json")
		require.NoError(t, err)
		seen := map[string]bool{}
		for tokens := json.NewDecoder(bytes.NewReader(doc)); ; {
			key, err := tokens.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			text, ok := key.(string)
			if !ok {
				continue
			}
			require.False(t, seen[text], "%s: %s", lang, text)
			seen[text] = true
			_, err = tokens.Token() // its text
			require.NoError(t, err)
		}
		require.NotEmpty(t, seen)
	}
}

func TestCatalogueSaysTheSameThingsInEveryLanguage(t *testing.T) {
	t.Parallel()
	verb := regexp.MustCompile(`%(?:\[\d+\])?[sdvq]`)
	zh, en := texts(t, web.Chinese), texts(t, web.English)
	require.NotEmpty(t, zh)
	for key, text := range zh {
		require.NotEmpty(t, text, key)
		require.Contains(t, en, key)
		require.Equal(t, len(verb.FindAllString(text, -1)), len(verb.FindAllString(en[key], -1)), key)
	}
	require.Len(t, en, len(zh))
}

func TestCatalogueFillsInAndFallsBack(t *testing.T) {
	t.Parallel()
	c, err := web.LoadCatalogue()
	require.NoError(t, err)
	require.Equal(t, "3 分钟", c.Text(web.Chinese, "time.minutes", 3))
	require.Equal(t, "3 min", c.Text(web.English, "time.minutes", 3))
	require.Equal(t, "a sentence that nobody has translated", c.Text(web.Chinese, "a sentence that nobody has translated"))
}

func TestTemplatesAskOnlyForTextsThatExist(t *testing.T) {
	t.Parallel()
	known := texts(t, web.Chinese)
	asked := regexp.MustCompile(`\{\{(?:[^}]*\()?t "([^"]+)"`)
	pages, err := fs.Glob(os.DirFS("page"), "*.gohtml")
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	for _, page := range pages {
		data, err := os.ReadFile("page/" + page)
		require.NoError(t, err)
		for _, m := range asked.FindAllStringSubmatch(string(data), -1) {
			require.Contains(t, known, m[1], page)
		}
	}
}

func TestMatchTakesTheFirstLanguageThatWeHave(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]web.Lang{
		"": web.Chinese, "fr": web.Chinese, "en-GB,en;q=0.9": web.English,
		"fr, en;q=0.8, zh;q=0.5": web.English, "zh-CN,zh;q=0.9,en;q=0.8": web.Chinese,
	} {
		require.Equal(t, want, web.Match(header), header)
	}
}

func TestPagesRenderInBothLanguagesAndEscape(t *testing.T) {
	t.Parallel()
	c, err := web.LoadCatalogue()
	require.NoError(t, err)
	pages, err := web.NewPages(c, time.UTC)
	require.NoError(t, err)
	body := struct{ Title, Hint, Detail, RequestID string }{"x", "problem.not_found.hint", `"><script>`, ""}
	for lang, want := range map[web.Lang]string{web.Chinese: c.Text(web.Chinese, "problem.home"), web.English: c.Text(web.English, "problem.home")} {
		var out strings.Builder
		require.NoError(t, pages.Render(&out, lang, web.Frame{Page: "problem", Here: "/nowhere", Body: body}))
		require.Contains(t, out.String(), want)
		require.NotContains(t, out.String(), `"><script>`)
	}
	require.ErrorContains(t, pages.Render(nil, web.Chinese, web.Frame{Page: "nope"}), "nope")
}
