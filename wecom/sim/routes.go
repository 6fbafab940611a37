package sim

import "net/http"

// routes lists the APIs that the simulator answers. Any other path is 404.
func routes() map[string]route {
	get := func(need class, serve func(*call) (any, error)) route {
		return route{method: http.MethodGet, class: need, serve: serve}
	}
	post := func(need class, serve func(*call) (any, error)) route {
		return route{method: http.MethodPost, class: need, serve: serve}
	}
	change := func(need class, serve func(*call) (any, error)) route {
		r := post(need, serve)
		r.changes = true
		return r
	}
	unlimited := func(r route) route {
		r.unlimited = true
		return r
	}
	momentTask := change(contactCall, (*call).addMomentTask)
	momentTask.perMinute = func(r Rules) int { return r.MomentTasksPerMinute }

	all := make(map[string]route)
	add := func(prefix string, routes map[string]route) {
		for path, r := range routes {
			all["/cgi-bin/"+prefix+path] = r
		}
	}
	add("", map[string]route{
		"gettoken":                     get(anyone, (*call).getToken),
		"getcallbackip":                get(appCall, (*call).serverIPs),
		"get_api_domain_ip":            get(appCall, (*call).serverIPs),
		"get_jsapi_ticket":             get(appCall, (*call).corpTicket),
		"ticket/get":                   get(appCall, (*call).agentTicket),
		"auth/getuserinfo":             unlimited(get(appCall, (*call).userFromCode)),
		"agent/get":                    get(appCall, (*call).agent),
		"user/get":                     get(appCall, (*call).user),
		"user/simplelist":              get(appCall, (*call).userList),
		"user/list_id":                 post(syncCall, (*call).userIDs),
		"department/list":              get(appCall, (*call).departments),
		"department/simplelist":        get(appCall, (*call).departmentIDs),
		"department/get":               get(appCall, (*call).departmentDetail),
		"message/send":                 unlimited(change(appCall, (*call).sendAppMessage)),
		"message/update_template_card": change(appCall, (*call).updateCard),
		"message/recall":               change(appCall, (*call).recallAppMessage),
		"media/upload":                 post(appCall, (*call).upload),
		"media/uploadimg":              post(appCall, (*call).uploadPicture),
		"media/upload_attachment":      post(contactCall, (*call).uploadAttachment),
		"media/get":                    get(appCall, (*call).download),
	})
	add("externalcontact/", map[string]route{
		"get_follow_user_list":     get(contactCall, (*call).followUsers),
		"list":                     get(contactCall, (*call).contactIDs),
		"get":                      get(contactCall, (*call).contact),
		"batch/get_by_user":        post(contactCall, (*call).contactsByUser),
		"remark":                   change(contactCall, (*call).remark),
		"get_corp_tag_list":        post(contactCall, (*call).corpTags),
		"add_corp_tag":             change(contactCall, (*call).addCorpTag),
		"edit_corp_tag":            change(contactCall, (*call).editCorpTag),
		"del_corp_tag":             change(contactCall, (*call).deleteCorpTag),
		"mark_tag":                 change(contactCall, (*call).markTag),
		"send_welcome_msg":         change(contactCall, (*call).sendWelcome),
		"add_msg_template":         change(contactCall, (*call).addMassMessage),
		"get_groupmsg_list_v2":     post(contactCall, (*call).massMessages),
		"get_groupmsg_task":        post(contactCall, (*call).massTasks),
		"get_groupmsg_send_result": post(contactCall, (*call).massResults),
		"remind_groupmsg_send":     change(contactCall, (*call).remindMass),
		"cancel_groupmsg_send":     change(contactCall, (*call).cancelMass),
		"transfer_customer":        change(contactCall, (*call).transferCustomers),
		"transfer_result":          post(contactCall, (*call).transferResult),
		"groupchat/list":           post(contactCall, (*call).groupChats),
		"groupchat/get":            post(contactCall, (*call).groupChat),
		"add_moment_task":          momentTask,
		"get_moment_task_result":   get(contactCall, (*call).momentJob),
		"get_moment_list":          post(contactCall, (*call).moments),
		"get_moment_task":          post(contactCall, (*call).momentTasks),
		"get_moment_customer_list": post(contactCall, (*call).momentAudience),
		"get_moment_send_result":   post(contactCall, (*call).momentShown),
		"get_moment_comments":      post(contactCall, (*call).momentComments),
		"cancel_moment_task":       change(contactCall, (*call).cancelMoment),
	})
	return all
}
