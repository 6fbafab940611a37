package main

// bilingual is a text in both languages of the product.
type bilingual struct{ ZH, EN string }

// doctorTexts is what doctor says, by key: the titles of the checks, what they
// found, and under the same key with ".advice" what to do about it.
func doctorTexts() map[string]bilingual {
	return map[string]bilingual{
		"faults":  {"发现 %d 个故障", "%d faults"},
		"skipped": {"未检查：请先解决上面的故障", "not checked: mend the faults above first"},

		"check.config":      {"配置", "configuration"},
		"check.secrets":     {"密钥格式", "shape of secrets"},
		"check.database":    {"数据库", "database"},
		"check.schema":      {"数据库结构", "schema"},
		"check.events":      {"最近的回调", "latest callback"},
		"check.redis":       {"Redis", "Redis"},
		"check.clock":       {"时钟", "clock"},
		"check.token":       {"企业微信凭证", "WeCom token"},
		"check.agent":       {"应用与可见范围", "app and visible range"},
		"check.departments": {"读取通讯录", "reading departments"},
		"check.followers":   {"客户联系权限", "customer-contact permission"},
		"check.tags":        {"读取企业标签", "reading tags"},
		"check.groups":      {"读取客户群", "reading customer groups"},
		"check.messages":    {"读取群发记录", "reading mass messages"},
		"check.callback":    {"回调地址", "callback URL"},

		"config.ok":      {"完整", "complete"},
		"config.fault":   {"%s", "%s"},
		"config.warning": {"%s", "%s"},

		"secrets.corp":          {"企业 ID 的格式不像企业微信的（ww 开头，共 18 位）", "the corp id does not look like WeCom's (ww and 16 more)"},
		"secrets.corp.advice":   {"请在管理后台「我的企业 → 企业信息」页底部重新复制企业 ID。", "Copy it again from the bottom of the console's My Company page."},
		"secrets.secret":        {"应用 Secret 的格式不像企业微信的（43 位）", "the app's secret does not look like WeCom's (43 characters)"},
		"secrets.secret.advice": {"请在管理后台「应用管理 → 自建应用」中重新查看并复制 Secret，注意不要带空格。", "View it again on the app's page in the console and copy it without spaces."},

		"database.ok":            {"可以连接 %s", "reachable at %s"},
		"database.down":          {"无法连接：%v", "not reachable: %v"},
		"database.down.advice":   {"请检查 SIXTOUCH_DB_DSN 的地址、用户名和密码，以及数据库是否在运行、防火墙是否放行。", "Check host, user and password in SIXTOUCH_DB_DSN, that the database runs and that no firewall is in between."},
		"database.absent":        {"文件 %s 还不存在", "the file %s is not there yet"},
		"database.absent.advice": {"运行 sixtouch migrate up 创建数据库，或检查路径是否正确。", "Run `sixtouch migrate up` to make it, or correct the path."},
		"schema.ok":              {"与本程序一致", "fits this binary"},
		"schema.wrong":           {"与本程序不一致：%v", "does not fit this binary: %v"},
		"schema.wrong.advice":    {"先备份，再运行 sixtouch migrate up；若数据库版本更新，请改用更新的程序。", "Make a backup and run `sixtouch migrate up`; if the database is newer, run the newer binary."},

		"events.ok":          {"%v 前收到", "%v ago"},
		"events.none":        {"还没有收到过企业微信的回调", "WeCom has never called back"},
		"events.none.advice": {"请在管理后台「客户联系 → API → 接收事件服务器」和应用的「接收消息」中保存回调地址，并勾选外部联系人变更；新回调地址可用下面的检查确认。", "Save the callback URLs in the console (Customer Contact → API, and the app's Receive Messages) and tick external contact changes; the check below tells whether the URLs answer."},
		"events.old":         {"已有 %v 没有收到回调", "nothing for %v"},
		"events.old.advice":  {"若这段时间确有客户往来，请检查回调地址和管理后台中的勾选；企业微信会减少对经常失败的地址的推送。", "If there was business in that time, check the callback URLs and what is ticked in the console; WeCom calls addresses that often fail less."},

		"redis.ok":          {"可以连接 %s", "reachable at %s"},
		"redis.embedded":    {"使用进程内置的 Redis（只适合单个副本）", "the one inside the process (for a single replica)"},
		"redis.down":        {"无法连接：%v", "not reachable: %v"},
		"redis.down.advice": {"请检查 SIXTOUCH_REDIS_URL 以及 Redis 是否在运行；没有它时限流和凭证无法在副本间共享。", "Check SIXTOUCH_REDIS_URL and that Redis runs; without it replicas share neither limits nor tokens."},

		"clock.ok":            {"与企业微信一致", "agrees with WeCom's"},
		"clock.unknown":       {"企业微信的应答没有带时间", "WeCom's answer had no time"},
		"clock.skewed":        {"与企业微信相差 %v", "differs from WeCom's by %v"},
		"clock.skewed.advice": {"请为服务器启用时间同步（例如 chrony 或 systemd-timesyncd）；欢迎语只有 20 秒的有效期。", "Turn on time synchronisation (chrony, systemd-timesyncd); a welcome code lives for 20 seconds only."},

		"wecom.unreachable":        {"无法访问企业微信：%v", "WeCom cannot be reached: %v"},
		"wecom.unreachable.advice": {"请检查服务器能否访问 qyapi.weixin.qq.com（DNS、防火墙、代理）以及 SIXTOUCH_WECOM_BASE_URL。", "Check that the server reaches qyapi.weixin.qq.com (DNS, firewall, proxy) and SIXTOUCH_WECOM_BASE_URL."},
		"wecom.refused":            {"企业微信拒绝了调用：%v", "WeCom refused the call: %v"},
		"wecom.refused.advice":     {"请在企业微信开发者文档的「全局错误码」中查询该错误码。", "Look the errcode up under Global Error Codes in WeCom's developer documents."},
		"wecom.ip":                 {"企业微信看到的服务器地址是 %s。", "WeCom sees this server as %s. "},

		"token.ok":                 {"有效", "valid"},
		"allowed":                  {"允许", "allowed"},
		"agent.ok":                 {"应用「%s」，可见范围：%d 个部门、%d 名成员、%d 个标签", "app “%s”, visible range: %d departments, %d members, %d tags"},
		"agent.closed":             {"应用「%s」已被停用", "the app “%s” is disabled"},
		"agent.closed.advice":      {"请在管理后台的应用详情页启用它。", "Enable it on its page in the admin console."},
		"agent.empty":              {"应用「%s」的可见范围为空", "the visible range of the app “%s” is empty"},
		"agent.empty.advice":       {"请在管理后台的应用详情页把负责客户的部门或成员加入可见范围。", "Add the departments or members who deal with customers on the app's page in the admin console."},
		"followers.ok":             {"%d 名成员，可见范围内的成员都有", "%d members, everybody in the visible range"},
		"followers.none":           {"没有任何成员可以联系客户", "no member may deal with customers"},
		"followers.none.advice":    {"请在管理后台「客户联系 → 权限配置」中设置使用范围，并确认这些成员在应用可见范围内。", "Set the usage range under Customer Contact → Permissions in the console, and have those members in the app's visible range."},
		"followers.without":        {"%d 名成员有，可见范围内另有 %d 名没有，例如：%s", "%d members have it; %d more in the visible range have not, such as %s"},
		"followers.without.advice": {"若其中有人负责客户，请在管理后台「客户联系 → 权限配置」中把他们加入使用范围。", "Add those of them who deal with customers to the usage range under Customer Contact → Permissions in the console."},

		"callback.ok":             {"%s 应答正确，用时 %v", "%s answers rightly, in %v"},
		"callback.local":          {"SIXTOUCH_PUBLIC_URL 是本机地址 %s，企业微信无法访问", "SIXTOUCH_PUBLIC_URL is %s, which WeCom cannot reach"},
		"callback.local.advice":   {"请设置为外网可以访问的 https 地址。", "Set it to the https address under which the outside world reaches the server."},
		"callback.key":            {"%s：%v", "%s: %v"},
		"callback.down":           {"%s 无法访问：%v", "%s cannot be reached: %v"},
		"callback.down.advice":    {"请确认服务器正在运行（sixtouch serve），并检查域名解析、反向代理、证书和防火墙。", "Check that the server runs (`sixtouch serve`), and the name, the reverse proxy, the certificate and the firewall."},
		"callback.refused":        {"%s 拒绝了签名正确的请求（HTTP 403）", "%s refused a rightly signed request (HTTP 403)"},
		"callback.refused.advice": {"正在运行的服务器使用了另一组 Token、EncodingAESKey 或企业 ID：请用当前配置重启它，并与管理后台核对。", "The running server has another token, EncodingAESKey or corp id: restart it with this configuration and compare with the console."},
		"callback.status":         {"%s 返回了 HTTP %d", "%s answered with HTTP %d"},
		"callback.status.advice":  {"地址背后似乎不是 sixtouch：请检查 SIXTOUCH_PUBLIC_URL 和反向代理的转发规则。", "Something else than sixtouch seems to answer: check SIXTOUCH_PUBLIC_URL and the reverse proxy's rules."},
		"callback.changed":        {"%s 返回的不是解密后的原文", "%s answered with something else than the plaintext"},
		"callback.changed.advice": {"请检查反向代理或网关是否改写了应答（例如登录页、换行、压缩）。", "Check whether a proxy or gateway changes the answer (a login page, a newline, compression)."},
		"callback.slow":           {"%s 用时 %v，超过企业微信的 1 秒限制", "%s took %v; WeCom waits 1 second"},
		"callback.slow.advice":    {"请检查服务器负载和网络延迟。", "Check the server's load and the network."},
	}
}
