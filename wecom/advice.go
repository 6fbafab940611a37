package wecom

// AdviceText says what a person must do, in both languages of the product.
type AdviceText struct{ ZH, EN string }

// AdviceTexts returns the texts of every key that Error.Advice can return.
func AdviceTexts() map[string]AdviceText {
	texts := make(map[string]AdviceText)
	for code, text := range adviceByCode() {
		texts[adviceKey(code)] = text
	}
	return texts
}

func adviceByCode() map[int]AdviceText {
	return map[int]AdviceText{
		40001: {
			"应用 Secret 不正确或已被重置。请在企业微信管理后台「应用管理」中打开该自建应用，重新查看 Secret 并更新配置。多次使用错误的 Secret 会导致 IP 被封禁一小时。",
			"The app's secret is wrong or was reset. Open the app in the WeCom admin console (Apps), view its Secret again and update the configuration. Repeated attempts with a wrong secret block the IP for an hour.",
		},
		40013: {
			"企业 ID 不正确。请在管理后台「我的企业」页底部复制企业 ID 并更新配置。",
			"The corp id is wrong. Copy it from the bottom of the admin console's My Company page and update the configuration.",
		},
		40056: {
			"应用 AgentId 不正确。请在管理后台「应用管理」中查看该自建应用的 AgentId 并更新配置。",
			"The app's AgentId is wrong. Look it up on the app's page in the admin console and update the configuration.",
		},
		40091: {
			"Secret 属于另一家企业。请核对企业 ID 与应用 Secret 是否来自同一家企业。",
			"The secret belongs to another corp. Check that corp id and app secret come from the same corp.",
		},
		40201: {
			"内容被反垃圾策略拦截。请修改文案后重试，并提醒运营人员检查近期群发内容。",
			"The content was blocked as spam. Change the text before trying again and have recent mass messages checked.",
		},
		43009: {
			"企业未完成认证。请在管理后台「我的企业」中完成企业认证。",
			"The corp is not verified. Complete the verification on the admin console's My Company page.",
		},
		43012: {
			"应用未设置接收消息的服务器 URL，无法发送可点击的卡片。请在应用详情页「接收消息」中启用 API 接收。",
			"The app has no callback URL, so interactive cards cannot be sent. Enable API reception under Receive Messages on the app's page.",
		},
		45036: {
			"企业微信检测到异常流量并暂停了调用。请检查是否有其他系统在使用同一应用调用接口。",
			"WeCom detected abnormal traffic and paused the calls. Check whether another system uses the same app.",
		},
		48001: {
			"企业没有调用该接口的权限，通常是因为企业未认证。请完成企业认证后重试。",
			"The corp may not call this API, usually because it is not verified. Complete the verification.",
		},
		48002: {
			"应用没有调用客户联系接口的权限。请在管理后台「客户联系 → 客户 → API → 可调用接口的应用」中勾选该自建应用。",
			"The app may not call the customer-contact API. Tick it in the admin console under Customer Contact → Customers → API → Apps allowed to call the API.",
		},
		48004: {
			"应用的接口授权已失效。请在管理后台重新授权该应用。",
			"The app's API authorisation is void. Authorise the app again in the admin console.",
		},
		48005: {
			"该接口已被停用，应用需要升级。请联系系统维护人员。",
			"This API has been withdrawn; the product needs an update. Tell whoever maintains this system.",
		},
		48006: {
			"应用因长期未使用被收回权限。请在管理后台的应用详情页重新开启权限。",
			"The app's permission was taken back because it was not used. Enable it again on the app's page in the admin console.",
		},
		48007: {
			"微信客服账号未授权给该应用。请在管理后台「微信客服 → API → 可调用接口的应用」中授权。",
			"The customer-service account is not granted to the app. Grant it under WeChat Customer Service → API in the admin console.",
		},
		48009: {
			"新的服务器 IP 无权读取成员详情。请使用应用的 Secret，而不是通讯录同步助手的 Secret。",
			"A new server IP may not read member details. Use the app's secret, not that of the contact-sync assistant.",
		},
		48011: {
			"应用因活跃度低被限制。请在管理后台的应用详情页解除限制。",
			"The app is restricted for low activity. Lift the restriction on the app's page in the admin console.",
		},
		50001: {
			"网页域名不在应用的可信域名内。请在应用详情页「网页授权及 JS-SDK」中添加可信域名。",
			"The web page's domain is not trusted by the app. Add it under Web Authorisation and JS-SDK on the app's page.",
		},
		50002: {
			"该成员不在权限范围内。请在管理后台调整应用的可见范围。",
			"The member is outside the permitted range. Extend the app's visible range in the admin console.",
		},
		50003: {
			"应用已被停用。请在管理后台启用该应用。",
			"The app is disabled. Enable it in the admin console.",
		},
		50006: {
			"系统应用已被停用。请在管理后台启用「客户联系」。",
			"The system app is disabled. Enable Customer Contact in the admin console.",
		},
		60011: {
			"应用无权操作该成员、部门或标签。请检查应用可见范围，以及该成员是否在「客户联系」使用范围内。",
			"The app may not touch this member, department or tag. Check the app's visible range and that the member is in the customer-contact usage range.",
		},
		60020: {
			"服务器 IP 不在应用的企业可信 IP 中。请在应用详情页「企业可信IP」中添加错误信息里 from ip 后的地址，约一分钟后生效。",
			"The server's IP is not trusted by the app. Add the address after “from ip” in the message to Trusted IPs on the app's page; it takes about a minute.",
		},
		60021: {
			"该成员不在应用可见范围内。请在管理后台调整可见范围。",
			"The member is outside the app's visible range. Extend it in the admin console.",
		},
		60030: {
			"操作超出应用的权限范围。请检查应用可见范围。",
			"The operation is beyond the app's range. Check the app's visible range.",
		},
		60031: {
			"应用被禁止调用接口。请在管理后台检查应用状态。",
			"The app is barred from the API. Check its state in the admin console.",
		},
		84074: {
			"该成员没有客户联系权限。请在管理后台「客户联系 → 权限配置」中把该成员加入使用范围。",
			"The member has no customer-contact permission. Add the member to the usage range under Customer Contact → Permissions.",
		},
		90208: {
			"小程序未关联到企业。请在管理后台「应用管理 → 小程序」中关联该小程序。",
			"The mini program is not linked to the corp. Link it in the admin console under Apps → Mini programs.",
		},
		301002: {
			"AgentId 与 Secret 不属于同一个应用。请核对配置。",
			"AgentId and secret belong to different apps. Check the configuration.",
		},
		301007: {
			"企业已不可用。请联系企业微信客服。",
			"The corp is unavailable. Contact WeCom's support.",
		},
	}
}
