package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"sixtouch/config"
	"sixtouch/wecom"
)

const (
	// maxSkew is how far the clocks may be apart before welcomes and signatures
	// are at risk.
	maxSkew = 30 * time.Second
	// callbackDeadline is how long WeCom waits for the answer to its check of a
	// URL; callbackPatience how long we wait to be able to say how slow it is.
	callbackDeadline = time.Second
	callbackPatience = 5 * time.Second
	// maxDepartments and maxNamed bound the search for members without the
	// permission, and the list of them.
	maxDepartments = 100
	maxNamed       = 10

	codeUntrustedIP = 60020
)

// egressIP finds the address that WeCom saw in an errmsg such as "…, from ip:
// 203.0.113.7, more info at …".
func egressIP(message string) string {
	found := regexp.MustCompile(`from ip: ([0-9A-Fa-f.:]+)`).FindStringSubmatch(message)
	if found == nil {
		return ""
	}
	return found[1]
}

// clock compares our time with that in an answer of WeCom's.
func (d *doctor) clock(ctx context.Context) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.cfg.WeCom.BaseURL+"/cgi-bin/getcallbackip", nil)
	if err != nil {
		d.add(statusFault, "clock", "wecom.unreachable", err)
		return
	}
	res, err := d.http.Do(req)
	if err != nil {
		d.add(statusFault, "clock", "wecom.unreachable", err)
		return
	}
	defer res.Body.Close()
	theirs, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		d.add(statusWarning, "clock", "clock.unknown")
		return
	}
	skew := d.machine.Now().Sub(theirs).Truncate(time.Second)
	if skew.Abs() > maxSkew {
		d.add(statusWarning, "clock", "clock.skewed", skew)
		return
	}
	d.add(statusOK, "clock", "clock.ok")
}

// permissions asks WeCom for one harmless thing after the other.
func (d *doctor) permissions(ctx context.Context) {
	w := d.cfg.WeCom
	client, err := wecom.New(wecom.Config{
		BaseURL: w.BaseURL, CorpID: w.CorpID, AgentID: w.AgentID, Secret: w.Secret.Reveal(), Timeout: w.Timeout,
	}, wecom.Deps{Clock: d.env.Clock, Logger: slog.New(slog.DiscardHandler), Transport: wecom.NewTransport(nil)})
	if err != nil {
		d.add(statusFault, "token", "wecom.unreachable", err)
		return
	}
	if _, err := client.CallbackIPs(ctx); err != nil {
		// Every further call would say the same, and a wrong secret used too
		// often has the address blocked.
		d.addWeCom("token", err)
		d.skip("agent", "departments", "followers", "tags", "groups", "messages")
		return
	}
	d.add(statusOK, "token", "token.ok")
	agent := d.agent(ctx, client)
	departments, err := client.Departments(ctx)
	d.permission("departments", err)
	d.followers(ctx, client, agent, departments)
	_, err = client.Tags(ctx, nil, nil)
	d.permission("tags", err)
	_, err = client.GroupChats(ctx, "", nil)
	d.permission("groups", err)
	now := d.env.Clock.Now()
	_, err = client.GroupMessages(ctx, wecom.ChatSingle, now.AddDate(0, 0, -1), now, "")
	d.permission("messages", err)
}

func (d *doctor) permission(check string, err error) {
	if err != nil {
		d.addWeCom(check, err)
		return
	}
	d.add(statusOK, check, "allowed")
}

func (d *doctor) agent(ctx context.Context, client *wecom.Client) wecom.AgentInfo {
	agent, err := client.Agent(ctx)
	switch {
	case err != nil:
		d.addWeCom("agent", err)
	case agent.Closed:
		d.add(statusFault, "agent", "agent.closed", agent.Name)
	case len(agent.UserIDs)+len(agent.Departments)+len(agent.TagIDs) == 0:
		d.add(statusFault, "agent", "agent.empty", agent.Name)
	default:
		d.add(statusOK, "agent", "agent.ok", agent.Name, len(agent.Departments), len(agent.UserIDs), len(agent.TagIDs))
	}
	return agent
}

// followers looks for members in the app's sight who may not deal with
// customers.
func (d *doctor) followers(ctx context.Context, client *wecom.Client, agent wecom.AgentInfo, departments []wecom.Department) {
	followers, err := client.Followers(ctx)
	if err != nil {
		d.addWeCom("followers", err)
		return
	}
	if len(followers) == 0 {
		d.add(statusFault, "followers", "followers.none")
		return
	}
	known := map[string]bool{}
	for _, id := range followers {
		known[strings.ToLower(id)] = true
	}
	var without []string
	note := func(id string) {
		if key := strings.ToLower(id); !known[key] {
			known[key] = true
			without = append(without, id)
		}
	}
	for _, id := range agent.UserIDs {
		note(id)
	}
	for _, department := range departments[:min(len(departments), maxDepartments)] {
		members, err := client.MembersOf(ctx, department.ID)
		if err != nil {
			d.addWeCom("followers", err)
			return
		}
		for _, m := range members {
			note(m.UserID)
		}
	}
	if len(without) == 0 {
		d.add(statusOK, "followers", "followers.ok", len(followers))
		return
	}
	d.add(statusWarning, "followers", "followers.without", len(followers), len(without), strings.Join(without[:min(len(without), maxNamed)], ", "))
}

// callbacks asks our own callback URLs what WeCom would ask them.
func (d *doctor) callbacks(ctx context.Context) {
	w := d.cfg.WeCom
	if isLocal(d.cfg.PublicURL) && !isLocal(w.BaseURL) {
		d.add(statusWarning, "callback", "callback.local", d.cfg.PublicURL)
	}
	for _, r := range []struct {
		path       string
		token, key config.Secret
	}{
		{"/callback/contact", w.ContactToken, w.ContactAESKey},
		{"/callback/app", w.AppToken, w.AppAESKey},
		{"/callback/kf", w.KFToken, w.KFAESKey},
	} {
		if r.token != "" {
			d.callback(ctx, d.cfg.PublicURL+r.path, sealer{w.CorpID, r.token.Reveal(), r.key.Reveal()})
		}
	}
}

func (d *doctor) callback(ctx context.Context, address string, s sealer) {
	const echo = "sixtouch doctor 1616140317555161061"
	encrypted, query, err := s.seal([]byte(echo), d.env.Clock.Now())
	if err != nil {
		d.add(statusFault, "callback", "callback.key", address, err)
		return
	}
	query.Set("echostr", encrypted)
	began := d.env.Now()
	answer, code, err := d.get(ctx, address+"?"+query.Encode())
	took := d.env.Now().Sub(began)
	switch {
	case err != nil:
		d.add(statusFault, "callback", "callback.down", address, cause(err))
	case code == http.StatusForbidden:
		d.add(statusFault, "callback", "callback.refused", address)
	case code != http.StatusOK:
		d.add(statusFault, "callback", "callback.status", address, code)
	case answer != echo:
		d.add(statusFault, "callback", "callback.changed", address)
	case took > callbackDeadline:
		d.add(statusFault, "callback", "callback.slow", address, took.Truncate(time.Millisecond))
	default:
		d.add(statusOK, "callback", "callback.ok", address, took.Truncate(time.Millisecond))
	}
}

func (d *doctor) get(ctx context.Context, address string) (body string, code int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", 0, err
	}
	res, err := d.http.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	return string(text), res.StatusCode, err
}

// cause leaves out the URL that an HTTP error repeats, with its signature.
func cause(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

func isLocal(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || (err == nil && ip.IsLoopback())
}
