// A wx and a ww object for pages that WeCom's client would open: chat sidebar,
// contact profile, workbench. The simulator checks the pages' signatures and
// delivers what they send. Who has the page open, and about whom, stands in the
// frame's name ("sim:userid:external_userid:entry") or, for a tab of its own, in
// the address (?as=userid&ext=external_userid&entry=single_chat_tools).
(() => {
  "use strict";
  const query = new URLSearchParams(location.search);
  if (query.has("as")) {
    window.name = ["sim", query.get("as"), query.get("ext") ?? "", query.get("entry") ?? ""].join(":");
  }
  const [mark, as = "", ext = "", place = ""] = window.name.split(":");
  const me = mark === "sim" ? { as, ext, entry: place || (ext ? "single_chat_tools" : "normal") } : { as: "", ext: "", entry: "normal" };

  // The page asks in the name of the member whose phone it is on.
  const plainFetch = window.fetch.bind(window);
  window.fetch = (input, init) => {
    const request = new Request(input, init);
    if (me.as && new URL(request.url).origin === location.origin) request.headers.set("X-Sim-As", me.as);
    return plainFetch(request);
  };
  const ask = async (path, body) => {
    const answer = await window.fetch(`/api/demo/jssdk/${path}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    const reply = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(reply.detail || String(answer.status));
    return reply;
  };
  const tell = (message) => {
    if (window.parent !== window) window.parent.postMessage({ sim: message.kind, as: me.as, ...message }, location.origin);
  };

  const allowed = { config: new Set(), agent: new Set() };
  const waiting = { ready: [], error: [], state: "" };
  const check = async (corpid, agentid, p) => {
    const reply = await ask("check", {
      corpid, agentid: Number(agentid) || 0, timestamp: Number(p.timestamp), nonce: p.nonceStr ?? p.noncestr, signature: p.signature,
      url: location.href.split("#")[0],
    });
    if (!reply.ok) throw new Error(`${reply.errmsg} (${reply.errcode})`);
  };
  const finish = (state, args) => {
    waiting.state = state;
    for (const call of waiting[state]) call(args);
  };

  // What needs agentConfig, and what it does.
  const needsAgent = new Set(["getContext", "getCurExternalContact", "getCurExternalChat", "sendChatMessage", "openUserProfile", "openExistedChatWithMsg", "navigateToAddCustomer"]);
  const apis = {
    getContext: async () => ({ entry: me.entry }),
    getCurExternalContact: async () => {
      if (!me.ext) throw new Error("no external contact here");
      return { userId: me.ext };
    },
    getCurExternalChat: async () => { throw new Error("no external chat here"); },
    sendChatMessage: async (args) => {
      const { msgtype, text, news, image, video, file, miniprogram } = args;
      if (!me.ext) throw new Error("no chat is open");
      await ask("send", { external_userid: me.ext, msgtype, text, news, image, video, file, miniprogram });
      tell({ kind: "sent", ext: me.ext });
      return {};
    },
    openEnterpriseChat: async (args) => {
      tell({ kind: "open-chat", ext: args.externalUserIds ?? "", userids: args.userIds ?? "" });
      return {};
    },
    openUserProfile: async (args) => {
      tell({ kind: "open-profile", ext: args.type === 2 ? args.userid : "", userid: args.type === 1 ? args.userid : "" });
      return {};
    },
    closeWindow: async () => {
      tell({ kind: "close" });
      return {};
    },
    previewFile: async () => ({}), hideOptionMenu: async () => ({}), showOptionMenu: async () => ({}),
    hideAllNonBaseMenuItem: async () => ({}), onHistoryBack: async () => ({}),
  };

  const call = async (name, args = {}) => {
    let reply;
    try {
      if (!apis[name]) throw new Error("the function is not supported");
      if (needsAgent.has(name) && !allowed.agent.has(name)) throw new Error("no permission: agentConfig does not name it");
      reply = { ...(await apis[name](args)), err_msg: `${name}:ok`, errMsg: `${name}:ok` };
      args.success?.(reply);
    } catch (e) {
      reply = { err_msg: `${name}:fail ${e.message}`, errMsg: `${name}:fail ${e.message}` };
      args.fail?.(reply);
    }
    args.complete?.(reply);
    return reply;
  };

  const wx = {
    config: async (p) => {
      try {
        await check(p.appId, 0, p);
        p.jsApiList?.forEach((name) => { allowed.config.add(name); });
        finish("ready");
      } catch (e) {
        finish("error", { errMsg: `config:fail ${e.message}` });
      }
    },
    ready: (then) => (waiting.state === "ready" ? then() : waiting.ready.push(then)),
    error: (then) => waiting.error.push(then),
    agentConfig: async (p) => {
      try {
        await check(p.corpid, p.agentid, p);
        p.jsApiList?.forEach((name) => { allowed.agent.add(name); });
        p.success?.({ errMsg: "agentConfig:ok", err_msg: "agentConfig:ok" });
      } catch (e) {
        p.fail?.({ errMsg: `agentConfig:fail ${e.message}`, err_msg: `agentConfig:fail ${e.message}` });
      }
    },
    checkJsApi: ({ jsApiList = [], success }) => success?.({ checkResult: Object.fromEntries(jsApiList.map((name) => [name, name in apis])), errMsg: "checkJsApi:ok" }),
    invoke: async (name, args, then) => then?.(await call(name, args)),
  };
  const ww = {
    register: (p) => {
      const url = location.href.split("#")[0];
      const both = async () => {
        if (p.getConfigSignature) {
          try {
            await check(p.corpId, 0, await p.getConfigSignature(url));
            p.jsApiList?.forEach((name) => { allowed.config.add(name); });
            p.onConfigSuccess?.({ errMsg: "config:ok" });
          } catch (e) {
            p.onConfigFail?.({ errMsg: `config:fail ${e.message}` });
          }
        }
        if (p.getAgentConfigSignature) {
          try {
            await check(p.corpId, p.agentId, await p.getAgentConfigSignature(url));
            p.jsApiList?.forEach((name) => { allowed.agent.add(name); });
            p.onAgentConfigSuccess?.({ errMsg: "agentConfig:ok" });
          } catch (e) {
            p.onAgentConfigFail?.({ errMsg: `agentConfig:fail ${e.message}` });
          }
        }
      };
      ready = both();
    },
  };
  // The newer object's functions wait for register and refuse by rejecting.
  let ready = Promise.resolve();
  for (const name of Object.keys(apis)) {
    wx[name] ??= (args) => { call(name, args); };
    ww[name] = async (args) => {
      await ready;
      const reply = await call(name, args);
      if (!reply.errMsg.endsWith(":ok")) throw reply;
      return reply;
    };
  }
  Object.assign(window, { wx, jWeixin: wx, ww });
})();
