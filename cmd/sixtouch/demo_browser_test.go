package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// browser is a real one, in front of a demo.
type browser struct {
	t    *testing.T
	ctx  context.Context //nolint:containedctx // what chromedp calls a browser
	base string
}

func openBrowser(t *testing.T, base string) *browser {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("there is no chromium; make test installs it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("accept-lang", "zh-CN"), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	return &browser{t, ctx, base}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, steps...))
}

func (b *browser) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// until waits for a script to be true, over whatever the page is doing.
func (b *browser) until(script, otherwise string, args ...any) {
	b.t.Helper()
	require.Eventually(b.t, func() bool {
		// An error means that the page has just been left for the next one.
		is, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](script))
		return err == nil && is
	}, 30*time.Second, 50*time.Millisecond, append([]any{otherwise}, args...)...)
}

// shows waits until the page shows the words, without loading it again.
func (b *browser) shows(words ...string) {
	b.t.Helper()
	for _, w := range words {
		b.until(fmt.Sprintf("document.querySelector('main').innerText.includes(%q)", w), "the page does not come to show %q", w)
	}
}

func (b *browser) number(script string) int {
	b.t.Helper()
	n, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](script))
	require.NoError(b.t, err)
	return n
}

// press clicks the button of the dock, which is on every page, and waits until
// the page has come back.
func (b *browser) press(text string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.body.dataset.old = 1; [...document.querySelectorAll('.dock button')].find(e => e.innerText === %q).click()", text)))
	b.until("!document.body.dataset.old && document.readyState === 'complete'", "%q leads nowhere", text)
}

func TestBrowser_playsTheStory(t *testing.T) {
	d := startDemo(t, seededFolder(t))
	password := regexp.MustCompile(`密码 password +(\S+)`).FindStringSubmatch(d.out.String())
	require.Len(t, password, 2)
	b := openBrowser(t, d.base)

	b.open("/touches")
	b.shows("登录")
	b.do(chromedp.SendKeys("#password", "wrong\r"))
	b.shows("密码不对")
	b.do(chromedp.SendKeys("#password", password[1]+"\r"))
	b.shows("还没有触达")

	b.press("客户添加员工")
	b.until("document.querySelectorAll('tbody .s-delivered').length === 1", "the welcome does not appear")
	b.press("次日早上")
	b.until("document.querySelectorAll('tbody .s-accepted').length === 1", "the first day's message does not appear")
	b.open("/phones")
	b.shows("确认发送")
	b.press("员工全部确认")
	b.shows("没有员工需要处理的事", "早上好，先送上一份入门指南")
	b.open("/touches")
	b.shows("入门指南")
	b.until("document.querySelectorAll('tbody .s-delivered').length === 2", "the message's result does not come back to the touch log")

	b.open("/language?to=en&back=/touches")
	b.shows("Touch log")
	b.open("/language?to=zh&back=/")

	b.keepsFocusAndHalfTypedWords(d)

	b.do(chromedp.EmulateViewport(390, 844))
	for _, path := range []string{"/", "/contacts", "/contacts/1", "/sops", "/sops/1", "/touches", "/phones", "/nowhere"} {
		b.open(path)
		require.Zero(t, b.number("document.documentElement.scrollWidth - document.documentElement.clientWidth"), "%s is wider than a phone", path)
		require.Zero(t, b.number(`[...document.querySelectorAll('input:not([type=hidden]), select')].filter(e => !e.labels.length && !e.ariaLabel).length`), "%s has a field without a label", path)
		require.Equal(t, 1, b.number("document.querySelectorAll('h1').length"), path)
	}
}

// keepsFocusAndHalfTypedWords: a page that refreshes itself must not take
// anything out of somebody's hands.
func (b *browser) keepsFocusAndHalfTypedWords(d *playedDemo) {
	t := b.t
	b.do(chromedp.Navigate(d.enter + "?next=/sops/1"))
	b.shows("暂停")
	b.do(chromedp.Evaluate[chromedp.Void]("document.getElementById('sop-pause').focus()"))
	d.open(strings.TrimPrefix(d.enter, d.base))
	d.press("/phones/follow", nil)
	b.until("document.querySelectorAll('tbody tr').length === 2", "the new person does not appear by themselves")
	require.Equal(t, 1, b.number("Number(document.activeElement.id === 'sop-pause')"), "the focus has moved")

	b.open("/contacts")
	b.do(chromedp.SendKeys("input[name=q]", "half a wor"))
	first := `document.querySelector('tbody tr').innerText`
	before, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](first))
	require.NoError(t, err)
	d.press("/phones/follow", nil)
	b.until(fmt.Sprintf("%s !== %q", first, before), "the new person does not appear by themselves")
	require.Equal(t, 1, b.number("Number(document.querySelector('input[name=q]').value === 'half a wor')"))
}
