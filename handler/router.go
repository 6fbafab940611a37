// Package handler owns HTTP: it binds, authorises, calls one method of a
// service and writes. It holds no SQL and decides nothing about the business.
// Only cmd imports it.
package handler

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sixtouch/model"
	"sixtouch/service/account"
	"sixtouch/service/audience"
	"sixtouch/service/audit"
	"sixtouch/service/auth"
	"sixtouch/service/calendar"
	"sixtouch/service/contact"
	"sixtouch/service/day"
	"sixtouch/service/inbox"
	"sixtouch/service/media"
	"sixtouch/service/privacy"
	"sixtouch/service/report"
	"sixtouch/service/routing"
	"sixtouch/service/scoring"
	"sixtouch/service/stage"
	"sixtouch/service/touch"
	"sixtouch/service/transfer"
	"sixtouch/service/webhook"
	"sixtouch/sop"
	"sixtouch/web"
	"sixtouch/wecom"
)

// Inbox is what the API needs of the callback inbox.
type Inbox interface {
	Parked(ctx context.Context, page model.Page) ([]model.InboxItem, error)
	Redrive(ctx context.Context, ids []int64) (int64, error)
	RedriveAll(ctx context.Context) (int64, error)
	RedriveIgnored(ctx context.Context, key wecom.EventKey) (int64, error)
	Lag(ctx context.Context) (inbox.Lag, error)
}

// Welcomes is what the API needs of the welcome messages.
type Welcomes interface {
	List(ctx context.Context, page model.Page) ([]model.Welcome, error)
	Set(ctx context.Context, w model.Welcome) (model.Welcome, error)
	Delete(ctx context.Context, id int64) error
}

// Media is what the API needs of the files that we keep.
type Media interface {
	Store(ctx context.Context, f media.File) (model.StoredMedia, error)
	List(ctx context.Context, kind model.MediaKind, page model.Page) ([]model.StoredMedia, error)
	Get(ctx context.Context, id int64) (model.StoredMedia, error)
	Read(ctx context.Context, id int64) (model.StoredMedia, []byte, error)
}

// Syncs is what the API needs of the full synchronisation.
type Syncs interface {
	// Last returns the latest run; model.ErrNotFound before the first.
	Last(ctx context.Context) (model.Sync, error)
}

// Checkups is what the API needs of the look at the installation.
type Checkups interface {
	Ask(ctx context.Context, by string) (model.Checkup, error)
	// Last returns the latest; model.ErrNotFound before the first.
	Last(ctx context.Context) (model.Checkup, error)
}

// Deps equips the router. Nothing but Ready, PlayAs, Mount, App, ProblemPage and
// TrustedProxies may be left out.
type Deps struct {
	Engine    *sop.Engine
	Contacts  *contact.Service
	Accounts  *account.Service
	Audiences *audience.Service
	Routes    *routing.Service
	Webhooks  *webhook.Service
	Scores    *scoring.Service
	Calendar  *calendar.Service
	Stages    *stage.Service
	Touches   *touch.Log
	Days      *day.Service
	Privacy   *privacy.Service
	Reports   *report.Service
	Auth      *auth.Service
	Audit     *audit.Service
	Inbox     Inbox
	Welcomes  Welcomes
	Syncs     Syncs
	Checkup   Checkups
	Media     Media
	Imports   *transfer.Service
	Signer    PageSigner
	// StartSync asks for a full synchronisation and does not wait for it.
	StartSync func(ctx context.Context) error

	Texts   *web.Catalogue
	Logger  *slog.Logger
	Clock   model.Clock
	Machine model.Clock // of how long requests take: the demo moves the other
	Metrics *prometheus.Registry
	Ready   []Check

	SignIn SignIn         // with WeCom
	Zone   *time.Location // of the corp
	Demo   bool           // there is a simulated corp
	// EnterToken opens the administrator's session by a link; empty: there is none.
	EnterToken string
	// PublicURL is what browsers call us: its scheme decides whether cookies are
	// for HTTPS only.
	PublicURL string
	// TrustedProxies are the addresses whose X-Forwarded-For is believed.
	TrustedProxies []string
	// PlayAs lets the demo's administrator speak in the name of a member; nil
	// outside the demo.
	PlayAs func(ctx context.Context, userID string) (auth.Principal, error)
	// Mount adds routes of other parts: open ones (callbacks, static files, the
	// sign-in form) and ones that need a session or a token (pages).
	Mount []func(open, guarded gin.IRoutes)
	// App answers to the addresses of pages; without it there are none.
	App *App
	// ProblemPage shows a problem to a person; without it they get JSON too.
	ProblemPage func(c *gin.Context, p Problem)
}

// maxBody bounds a request's body, of everything but callbacks and files, which
// have their own bounds.
const maxBody = 1 << 20

// server carries what the handlers share.
type server struct {
	Deps
	secure     bool        // cookies for HTTPS only
	operations []operation // the route table by the API's names
}

// New returns the router. Whatever is not named open here or mounted as open
// needs a session or a token; time-outs are the http.Server's.
func New(deps Deps) (*gin.Engine, error) {
	gin.SetMode(gin.ReleaseMode)
	public, err := url.Parse(deps.PublicURL)
	if err != nil || public.Host == "" {
		return nil, model.Invalid("public_url", "must look like https://scrm.example.com")
	}
	s := &server{Deps: deps, secure: public.Scheme == "https"}
	crossOrigin := http.NewCrossOriginProtection()
	if err := crossOrigin.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
		return nil, fmt.Errorf("trust the public URL: %w", err)
	}
	r := gin.New()
	r.HandleMethodNotAllowed, r.RedirectTrailingSlash = true, false
	if err := r.SetTrustedProxies(deps.TrustedProxies); err != nil {
		return nil, fmt.Errorf("trust proxies: %w", err)
	}
	observe, err := s.observer()
	if err != nil {
		return nil, err
	}
	r.Use(requestID, observe, deadline, s.problems, s.limits, sameOrigin(crossOrigin))
	guarded := r.Group("/", s.guard)
	r.NoRoute(s.page, s.guard, wrap(notFound))
	r.NoMethod(s.page, s.guard, wrap(methodNotAllowed))

	r.GET("/healthz", healthz)
	r.GET("/readyz", wrap(s.readyz))
	r.GET(statePath, wrap(s.beginWeCom))
	r.GET(statePath+"/back", wrap(s.endWeCom))
	if deps.EnterToken != "" {
		r.GET("/enter/:token", wrap(s.enter))
	}
	r.POST("/setup/:token", wrap(s.setUp))
	guarded.POST("/logout", wrap(s.signOutByForm))
	guarded.GET("/metrics", allow(office), gin.WrapH(promhttp.HandlerFor(deps.Metrics, promhttp.HandlerOpts{})))
	if err := s.routeAPI(r, guarded); err != nil {
		return nil, err
	}
	for _, mount := range deps.Mount {
		mount(r, guarded)
	}
	return r, nil
}

// route is an endpoint of the JSON API.
type route struct {
	method string
	path   string // below apiRoot
	may    roles  // who may use it
	scope  scope  // whose rows it is about
	looks  bool   // changes nothing even though it has a body
	query  string // the query parameters it knows, separated by spaces
	do     func(*gin.Context) error
}

func (r route) changes() bool { return r.method != http.MethodGet && !r.looks }

const apiRoot = "/api/v1"

func (s *server) routeAPI(open gin.IRoutes, guarded *gin.RouterGroup) error {
	spec, named, err := s.specAsJSON()
	if err != nil {
		return err
	}
	s.operations = named
	guarded.GET("/api/openapi.json", func(c *gin.Context) { c.Data(http.StatusOK, "application/json", spec) })
	open.POST(apiRoot+"/session", strictQuery(""), wrap(s.signIn))
	open.GET(apiRoot+"/sign-in", strictQuery(""), wrap(s.signInOptions))
	for _, r := range s.routes() {
		if err := r.check(); err != nil {
			return err
		}
		chain := []gin.HandlerFunc{allow(r.may), strictQuery(r.query), s.within(r.scope)}
		if r.changes() {
			chain = append(chain, s.audited(r))
		}
		guarded.Handle(r.method, apiRoot+r.path, append(chain, wrap(r.do))...)
	}
	return nil
}

// paged are the query parameters of every list with pages.
const paged = " limit cursor"

// routes is the JSON API, but for signing in, which strangers do.
func (s *server) routes() []route {
	return slices.Concat(s.programmeRoutes(), s.peopleRoutes(), s.accountRoutes(), s.matchRoutes(), s.scoreRoutes(), s.ladderRoutes(), s.systemRoutes(), s.exportRoutes(), s.accessRoutes(), s.meRoutes())
}

// programmeRoutes are about what is sent, to whom and why.
func (s *server) programmeRoutes() []route {
	return []route{
		{method: "GET", path: "/sops", may: office, scope: listed, query: paged, do: s.listSOPs},
		{method: "GET", path: "/sops/lines", may: office, scope: listed, query: "q state" + paged, do: s.listSOPLines},
		{method: "POST", path: "/sops", may: marketing, scope: shared, do: s.createSOP},
		{method: "GET", path: "/sop-templates", may: office, scope: shared, do: s.listSOPTemplates},
		{method: "GET", path: "/sops/:id", may: office, scope: listed, do: s.getSOP},
		{method: "PUT", path: "/sops/:id", may: marketing, scope: shared, do: s.updateSOP},
		{method: "GET", path: "/sops/:id/review", may: office, scope: shared, do: s.reviewSOP},
		{method: "POST", path: "/sops/:id/publish", may: marketing, scope: shared, do: s.publishSOP},
		{method: "POST", path: "/sops/:id/pause", may: marketing, scope: shared, do: s.moveSOP(s.Engine.Pause)},
		{method: "POST", path: "/sops/file", may: marketing, scope: shared, do: s.importSOP},
		{method: "POST", path: "/sops/file/check", may: marketing, scope: shared, looks: true, do: s.checkSOPFile},
		{method: "GET", path: "/sops/:id/file", may: office, scope: shared, do: s.exportSOP},
		{method: "GET", path: "/sops/:id/stop", may: office, scope: listed, do: s.sopStopStatus},
		{method: "POST", path: "/sops/:id/stop", may: marketing, scope: shared, do: s.stopSOP},
		{method: "POST", path: "/sops/:id/redrive", may: marketing, scope: shared, do: s.redriveSOP},
		{method: "POST", path: "/enrollments/:id/redrive", may: marketing, scope: whole, do: s.redriveEnrollment},
		{method: "GET", path: "/stop", may: office, scope: listed, do: s.stopStatus},
		{method: "POST", path: "/stop", may: marketing, scope: shared, do: s.stopAll},
		{method: "POST", path: "/stop/resume", may: marketing, scope: shared, do: s.resumeAll},
		{method: "GET", path: "/queue", may: office, scope: listed, query: "state rep_id" + paged, do: s.queueView},
		{method: "GET", path: "/today", may: office, scope: listed, do: s.today},
		{method: "GET", path: "/sops/:id/flow", may: office, scope: listed, query: "version", do: s.getFlow},
		{method: "GET", path: "/sops/:id/people", may: office, scope: listed, query: "version at reached state due reason" + paged, do: s.peopleInside},
		{method: "GET", path: "/sops/:id/results", may: office, scope: listed, query: "version", do: s.getResults},
		{method: "GET", path: "/enrollments/:id/story", may: office, scope: ofEnrollment, do: s.getStory},
		{method: "GET", path: "/sops/:id/resume", may: office, scope: listed, do: s.previewResume},
		{method: "POST", path: "/sops/:id/resume", may: marketing, scope: shared, do: s.resumeSOP},
		{method: "GET", path: "/sops/:id/diff", may: office, scope: shared, query: "from to", do: s.diffSOP},
		{method: "GET", path: "/sops/:id/diff/people", may: office, scope: listed, query: "to way" + paged, do: s.diffPeople},
		{method: "GET", path: "/sops/:id/versions", may: office, scope: shared, query: paged, do: s.listVersions},
		{method: "GET", path: "/sops/:id/changes", may: office, scope: shared, query: paged, do: s.listChanges},
		{method: "POST", path: "/sops/:id/archive", may: marketing, scope: shared, do: s.moveSOP(s.Engine.Archive)},
		{method: "PUT", path: "/sops/:id/steps/:key/content", may: marketing, scope: shared, query: "variant", do: s.setContent},
		{method: "GET", path: "/sops/:id/steps/:key/variants", may: office, scope: listed, do: s.getVariants},
		{method: "POST", path: "/sops/:id/steps/:key/winner", may: marketing, scope: shared, do: s.declareWinner},
		{method: "DELETE", path: "/sops/:id/steps/:key/winner", may: marketing, scope: shared, do: s.revokeWinner},
		{method: "GET", path: "/sops/:id/summary", may: office, scope: listed, do: s.summarizeSOP},
		{method: "GET", path: "/sops/:id/enrollments", may: office, scope: listed, query: "state" + paged, do: s.listEnrollments},
		{method: "POST", path: "/sops/:id/enrollments", may: marketing, scope: whole, do: s.enroll},
		{method: "DELETE", path: "/enrollments/:id", may: marketing, scope: whole, do: s.exit},
		{method: "POST", path: "/sops/:id/timemachine", may: marketing, scope: whole, looks: true, do: s.timeMachine},
		{method: "GET", path: "/forecast", may: office, scope: asked, query: "contact group rep sop draft days", do: s.forecast},
		{method: "GET", path: "/sops/:id/enrollment-jobs", may: office, scope: shared, query: paged, do: s.listJobs},
		{method: "POST", path: "/sops/:id/enrollment-jobs", may: marketing, scope: whole, do: s.enrollBulk},
		{method: "GET", path: "/enrollment-jobs/:id", may: office, scope: shared, do: s.getJob},
		{method: "POST", path: "/enrollment-jobs/:id/cancel", may: marketing, scope: shared, do: s.cancelJob},
		{method: "GET", path: "/settings/holdout", may: office, scope: shared, do: s.getHoldout},
		{method: "PUT", path: "/settings/holdout", may: marketing, scope: shared, do: s.setHoldout},
		{method: "GET", path: "/settings/send-hours", may: office, scope: shared, do: s.getSendHours},
		{method: "PUT", path: "/settings/send-hours", may: marketing, scope: shared, do: s.setSendHours},
		{method: "GET", path: "/touches", may: everybody, scope: listed, query: touchQuery + paged, do: s.listTouches},
		{method: "GET", path: "/touches/:id", may: everybody, scope: ofTouch, do: s.getTouch},
		{method: "GET", path: "/touches/:id/why", may: everybody, scope: ofTouch, do: s.whyTouch},
		{method: "GET", path: "/why", may: everybody, scope: asked, query: "contact_id group_id sop_id step_key", do: s.whyStep},
		{method: "GET", path: "/dispatches", may: office, scope: listed, query: "state sop_id" + paged, do: s.listDispatches},
		{method: "POST", path: "/dispatches/:id/retry", may: marketing, scope: whole, do: s.retryDispatch},
		{method: "GET", path: "/dispatches/:id/reminders", may: office, scope: ofDispatch, do: s.dispatchReminders},
		{method: "GET", path: "/cohorts", may: office, scope: shared, query: paged, do: s.listCohorts},
		{method: "GET", path: "/cohorts/budget", may: office, scope: shared, do: s.tagBudget},
		{method: "GET", path: mediaPath, may: everybody, scope: shared, query: "kind" + paged, do: s.listMedia},
		{method: "POST", path: mediaPath, may: marketing, scope: shared, query: "kind", do: s.storeMedia},
		{method: "GET", path: mediaPath + "/:id", may: everybody, scope: shared, do: s.getMedia},
		{method: "GET", path: mediaPath + "/:id/file", may: everybody, scope: shared, do: s.getMediaFile},
		{method: "GET", path: "/welcomes", may: office, scope: shared, query: paged, do: s.listWelcomes},
		{method: "PUT", path: "/welcomes", may: marketing, scope: shared, do: s.setWelcome},
		{method: "DELETE", path: "/welcomes/:id", may: marketing, scope: shared, do: s.deleteWelcome},
		{method: "GET", path: "/limits", may: office, scope: shared, do: s.listLimits},
		{method: "PUT", path: "/limits", may: marketing, scope: shared, do: s.setLimits},
	}
}

// peopleRoutes are about contacts and the people of ours.
func (s *server) peopleRoutes() []route {
	return []route{
		{method: "GET", path: "/contacts", may: everybody, scope: listed, query: contactQuery + paged, do: s.listContacts},
		{method: "GET", path: "/contacts/:id", may: everybody, scope: ofContact, do: s.getContact},
		{method: "GET", path: "/contacts/:id/timeline", may: everybody, scope: ofContact, query: "only" + paged, do: s.timeline},
		{method: "GET", path: "/contacts/:id/enrollments", may: everybody, scope: ofContact, query: paged, do: s.listProgrammesOf},
		{method: "GET", path: "/contacts/:id/personal-data", may: admins, scope: ofContact, do: s.exportPerson},
		{method: "POST", path: "/contacts/:id/erase", may: admins, scope: ofContact, do: s.erasePerson},
		{method: "GET", path: "/erasures", may: admins, scope: whole, query: "contact_id" + paged, do: s.listErasures},
		{method: "GET", path: "/audiences", may: office, scope: shared, query: paged, do: s.listAudiences},
		{method: "POST", path: "/audiences", may: marketing, scope: shared, do: s.createAudience},
		{method: "GET", path: "/audiences/fields", may: office, scope: shared, do: s.listFields},
		{method: "POST", path: "/audiences/describe", may: office, scope: shared, looks: true, do: s.describeFilter},
		{method: "POST", path: "/audiences/count", may: office, scope: listed, looks: true, do: s.countAudience},
		{method: "POST", path: "/audiences/members", may: office, scope: listed, looks: true, query: paged, do: s.previewMembers},
		{method: "GET", path: "/audiences/:id", may: office, scope: listed, do: s.getAudience},
		{method: "PUT", path: "/audiences/:id", may: marketing, scope: shared, do: s.updateAudience},
		{method: "DELETE", path: "/audiences/:id", may: marketing, scope: shared, do: s.deleteAudience},
		{method: "GET", path: "/audiences/:id/members", may: office, scope: listed, query: paged, do: s.listMembers},
		{method: "GET", path: "/contacts/:id/stage", may: everybody, scope: ofContact, do: s.getStanding},
		{method: "POST", path: "/contacts/:id/stage", may: working, scope: ofContact, do: s.moveContact},
		{method: "GET", path: "/contacts/:id/stage-events", may: everybody, scope: ofContact, query: paged, do: s.listStageEvents},
		{method: "POST", path: "/contacts/:id/activities", may: working, scope: ofContact, do: s.logActivity},
		{method: "GET", path: "/calendar", may: everybody, scope: shared, query: "year", do: s.getCalendar},
		{method: "PUT", path: "/calendar/:day", may: marketing, scope: shared, do: s.setCalendarDay},
		{method: "DELETE", path: "/calendar/:day", may: marketing, scope: shared, do: s.unsetCalendarDay},
		{method: "GET", path: "/contacts/:id/preferences", may: everybody, scope: ofContact, do: s.getPreferences},
		{method: "PUT", path: "/contacts/:id/preferences", may: working, scope: ofContact, do: s.setPreferences},
		{method: "GET", path: "/contacts/:id/dates", may: everybody, scope: ofContact, do: s.listDates},
		{method: "PUT", path: "/contacts/:id/dates/:field", may: working, scope: ofContact, do: s.setDate},
		{method: "DELETE", path: "/contacts/:id/dates/:field", may: working, scope: ofContact, do: s.clearDate},
		{method: "GET", path: "/groups", may: everybody, scope: listed, query: "rep_id" + paged, do: s.listGroups},
		{method: "GET", path: "/reps", may: everybody, scope: listed, query: paged, do: s.listReps},
		{method: "GET", path: "/tags", may: everybody, scope: shared, query: paged, do: s.listTags},
		{method: "GET", path: "/departments", may: everybody, scope: shared, query: paged, do: s.listDepartments},
	}
}

// ladderRoutes are about where people stand, deals, and where leads come from and go.
func (s *server) ladderRoutes() []route {
	return []route{
		{method: "GET", path: "/stages", may: everybody, scope: shared, do: s.listStages},
		{method: "PUT", path: "/stages/:key", may: marketing, scope: shared, do: s.nameStage},
		{method: "PUT", path: "/opportunity-stages", may: marketing, scope: shared, do: s.setOpportunityStages},
		{method: "GET", path: "/stage-rules", may: office, scope: shared, query: paged, do: s.listStageRules},
		{method: "POST", path: "/stage-rules", may: marketing, scope: shared, do: s.draftStageRules},
		{method: "GET", path: "/stage-rules/current", may: office, scope: shared, do: s.currentStageRules},
		{method: "GET", path: "/stage-rules/:id", may: office, scope: shared, do: s.getStageRules},
		{method: "PUT", path: "/stage-rules/:id", may: marketing, scope: shared, do: s.redraftStageRules},
		{method: "DELETE", path: "/stage-rules/:id", may: marketing, scope: shared, do: s.discardStageRules},
		{method: "POST", path: "/stage-rules/:id/sign", may: managing, scope: shared, do: s.signStageRules},
		{method: "GET", path: "/stage-rules/:id/diff", may: office, scope: shared, query: "from", do: s.diffStageRules},
		{method: "GET", path: "/handovers", may: everybody, scope: listed, query: "state rep_id overdue" + paged, do: s.listHandovers},
		{method: "POST", path: "/handovers/:id/accept", may: selling, scope: ofHandover, do: s.acceptHandover},
		{method: "POST", path: "/handovers/:id/reject", may: selling, scope: ofHandover, do: s.rejectHandover},
		{method: "GET", path: "/settings/handover", may: everybody, scope: shared, do: s.getHandoverRule},
		{method: "PUT", path: "/settings/handover", may: managing, scope: shared, do: s.setHandoverRule},
		{method: "GET", path: "/opportunities", may: everybody, scope: listed, query: opportunityQuery + paged, do: s.listOpportunities},
		{method: "POST", path: "/opportunities", may: selling, scope: named, do: s.openOpportunity},
		{method: "GET", path: "/opportunities/:id", may: everybody, scope: ofOpportunity, do: s.getOpportunity},
		{method: "PUT", path: "/opportunities/:id", may: selling, scope: ofOpportunity, do: s.editOpportunity},
		{method: "POST", path: "/opportunities/:id/move", may: selling, scope: ofOpportunity, do: s.turnOpportunity},
		{method: "POST", path: "/opportunities/:id/accept", may: selling, scope: ofOpportunity, do: s.acceptOpportunity},
		{method: "GET", path: "/leaks", may: everybody, scope: listed, query: "team" + paged, do: s.listLeaks},
		{method: "GET", path: "/sources", may: everybody, scope: shared, do: s.listSources},
		{method: "POST", path: "/sources", may: marketing, scope: shared, do: s.createSource},
		{method: "PUT", path: "/sources/:id", may: marketing, scope: shared, do: s.updateSource},
		{method: "GET", path: "/routing", may: office, scope: shared, do: s.getRouting},
		{method: "PUT", path: "/routing", may: marketing, scope: shared, do: s.setRouting},
		{method: "POST", path: "/routing/dry-run", may: office, scope: listed, looks: true, do: s.tryRouting},
		{method: "GET", path: "/leads", may: everybody, scope: listed, query: "rep_id contact_id state" + paged, do: s.listLeads},
		{method: "POST", path: "/leads/:id/take", may: selling, scope: ofLead, do: s.takeLead},
	}
}

// systemRoutes are about figures, and about what goes in and out.
func (s *server) systemRoutes() []route {
	return []route{
		{method: "GET", path: "/figures/funnel", may: office, scope: listed, query: "from to", do: s.funnel},
		{method: "GET", path: "/figures/pipeline", may: office, scope: listed, query: "from to", do: s.pipeline},
		{method: "GET", path: "/figures/renewals", may: office, scope: listed, query: "from to", do: s.renewals},
		{method: "GET", path: "/figures/losses", may: office, scope: listed, query: "from to", do: s.losses},
		{method: "GET", path: "/figures/leaks", may: office, scope: listed, do: s.countLeaks},
		{method: "GET", path: importsPath, may: marketing, scope: whole, query: paged, do: s.listImports},
		{method: "POST", path: importsPath, may: marketing, scope: whole, query: "kind", do: s.createImport},
		{method: "GET", path: importsPath + "/fields", may: office, scope: shared, query: "kind", do: s.importFields},
		{method: "GET", path: importsPath + "/:id", may: marketing, scope: whole, do: s.getImport},
		{method: "PUT", path: importsPath + "/:id/mapping", may: marketing, scope: whole, do: s.mapImport},
		{method: "POST", path: importsPath + "/:id/start", may: marketing, scope: whole, do: s.moveImport(s.Imports.Start)},
		{method: "POST", path: importsPath + "/:id/cancel", may: marketing, scope: whole, do: s.moveImport(s.Imports.Cancel)},
		{method: "GET", path: importsPath + "/:id/rows", may: marketing, scope: whole, query: "outcome" + paged, do: s.listImportRows},
		{method: "GET", path: importsPath + "/:id/notes", may: marketing, scope: whole, query: paged, do: s.listImportNotes},
		{method: "GET", path: importsPath + "/:id/notes/file", may: marketing, scope: whole, do: s.importNotesFile},
		{method: "GET", path: "/growth/model", may: office, scope: shared, query: "acv focus", do: s.growthModel},
		{method: "GET", path: "/growth/capacity", may: office, scope: shared, query: "reps_a reps_b reps_c hours_a hours_b hours_c hours_per_week accounts_per_rep", do: s.growthCapacity},
		{method: "GET", path: "/growth/quota", may: office, scope: shared, query: "arr sdrs close_rate mrr users price", do: s.growthQuota},
		{method: "GET", path: "/growth/staffing", may: office, scope: shared, query: "leads leads_per_sdr opportunities_per_sales leads_per_sales_alone mql_rate opportunity_rate", do: s.growthStaffing},
		{method: "GET", path: "/growth/reverse-funnel", may: office, scope: shared, query: "arr mrr win_rate opportunity_rate", do: s.growthFunnel},
		{method: "GET", path: "/webhooks", may: admins, scope: shared, do: s.listWebhooks},
		{method: "POST", path: "/webhooks", may: admins, scope: shared, do: s.createWebhook},
		{method: "PUT", path: "/webhooks/:id", may: admins, scope: shared, do: s.updateWebhook},
		{method: "DELETE", path: "/webhooks/:id", may: admins, scope: shared, do: s.deleteWebhook},
		{method: "POST", path: "/webhooks/:id/test", may: admins, scope: shared, do: s.testWebhook},
		{method: "GET", path: "/webhooks/:id/deliveries", may: admins, scope: shared, query: "state" + paged, do: s.listDeliveries},
		{method: "POST", path: "/webhooks/:id/redrive", may: admins, scope: shared, do: s.redriveWebhook},
		{method: "GET", path: "/inbox/parked", may: office, scope: shared, query: paged, do: s.listParked},
		{method: "POST", path: "/inbox/redrive", may: admins, scope: shared, do: s.redrive},
		{method: "GET", path: "/inbox/lag", may: office, scope: shared, do: s.inboxLag},
		{method: "GET", path: "/doctor", may: office, scope: shared, do: s.lastCheckup},
		{method: "POST", path: "/doctor", may: admins, scope: shared, do: s.askCheckup},
		{method: "GET", path: "/syncs/last", may: office, scope: shared, do: s.lastSync},
		{method: "POST", path: "/syncs", may: admins, scope: shared, do: s.startSync},
	}
}

// page answers with the application in the browser, where a person asks for an
// address that no route has.
func (s *server) page(c *gin.Context) {
	if s.App != nil && s.App.Page(c) {
		c.Abort()
	}
}

func notFound(*gin.Context) error { return model.NotFound("page") }

func methodNotAllowed(*gin.Context) error {
	return &model.Error{Code: codeMethod, Message: "the method is not allowed here"}
}

// isAPI tells programs' requests from people's.
func isAPI(c *gin.Context) bool { return strings.HasPrefix(c.Request.URL.Path, "/api/") }

// wantsPage tells whether a person's browser waits for a page.
func wantsPage(c *gin.Context) bool {
	return !isAPI(c) && strings.Contains(c.GetHeader("Accept"), "text/html")
}
