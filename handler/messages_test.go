package handler_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/web"
)

// What people are told about a fault is written where the fault is, in English;
// this test finds those sentences and asks the catalogue for them.
func TestCatalogue_knowsEverySentenceAboutAFault(t *testing.T) {
	t.Parallel()
	texts, err := web.LoadCatalogue()
	require.NoError(t, err)
	var files []string
	for _, pattern := range []string{"*.go", "../sop/*.go", "../sop/channel/*.go", "../service/*/*.go", "../model/*.go", "../model/migrate/*.go"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		files = append(files, found...)
	}
	known := 0
	var lacking []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(source, func(n ast.Node) bool {
			for _, sentence := range sentences(n) {
				key, ok := catalogueKey(sentence)
				if !ok {
					continue
				}
				known++
				if !texts.Has(key) {
					lacking = append(lacking, file+": "+key)
				}
			}
			return true
		})
	}
	require.Empty(t, lacking, "add them to web/i18n")
	require.Greater(t, known, 80, "the test looks in the wrong places")
}

// sentences are the literals of n that people may be shown.
func sentences(n ast.Node) []string {
	switch n := n.(type) {
	case *ast.CallExpr:
		at, ok := map[string]int{"Invalid": 1, "Conflict": 0, "NotFound": 0, "notFound": 0, "malformed": 1, "add": 1, "invalid": 0, "text": 0}[nameOf(n.Fun)]
		if !ok || len(n.Args) <= at {
			return nil
		}
		if _, joined := n.Args[at].(*ast.BinaryExpr); joined && nameOf(n.Fun) == "NotFound" {
			return []string{"a sentence that is joined from pieces, and in no catalogue"}
		}
		prefix, suffix := "", ""
		switch nameOf(n.Fun) {
		case "NotFound", "notFound":
			suffix = " not found"
		case "invalid": // a filter's
			prefix = "the filter "
		}
		for _, s := range literals(n.Args[at]) {
			if nameOf(n.Fun) == "text" && !strings.HasPrefix(s, "card.") {
				continue // a parameter of a request
			}
			return []string{prefix + s + suffix}
		}
	case *ast.KeyValueExpr:
		if id, ok := n.Key.(*ast.Ident); ok && id.Name == "Message" {
			return literals(n.Value)
		}
	case *ast.AssignStmt:
		if index, ok := n.Lhs[0].(*ast.IndexExpr); ok && nameOf(index.X) == "faults" {
			return literals(n.Rhs[0])
		}
	}
	return nil
}

func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// literals is a text, alone or as the format of fmt.Sprintf.
func literals(e ast.Expr) []string {
	if call, ok := e.(*ast.CallExpr); ok && nameOf(call.Fun) == "Sprintf" {
		e = call.Args[0]
	}
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return nil
	}
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		return nil
	}
	return []string{text}
}

// catalogueKey is the key under which a sentence is looked up. A sentence with
// a bare word in it (%s) has a key per word, and one that is nothing but a value
// none.
func catalogueKey(sentence string) (string, bool) {
	if strings.Contains(strings.ReplaceAll(sentence, "[%s]", ""), "%s") || sentence == "%v" || sentence == "" {
		return "", false
	}
	return regexp.MustCompile(`\[%s\]|\[%v\]|%[dqv]|"[^"]*"|\[[^\]]*\]|\d+`).ReplaceAllString(sentence, "%s"), true
}
