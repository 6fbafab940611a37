// Keeps a page's numbers fresh: every two seconds it fetches the page again and
// swaps the parts marked data-live that have changed. It stands still while the
// page is hidden, while somebody has a part open or is typing in it, and never
// moves the focus. Without it every page works, by reloading.
(() => {
  "use strict";
  const every = 2000;
  const offline = document.getElementById("offline");
  const last = new Map();
  let timer = 0;

  const busy = (part) => {
    const at = document.activeElement;
    if (part.querySelector("details[open]")) return true;
    return part.contains(at) && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName);
  };

  const swap = (part, fresh) => {
    const at = part.contains(document.activeElement) ? document.activeElement.id : "";
    const scrolled = [...part.querySelectorAll(".rulerbox")].map((e) => e.scrollLeft);
    part.replaceChildren(...fresh.childNodes);
    part.querySelectorAll(".rulerbox").forEach((e, i) => { e.scrollLeft = scrolled[i] || 0; });
    if (at) document.getElementById(at)?.focus({ preventScroll: true });
  };

  const refresh = async () => {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" }, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
      if (!fresh || busy(part)) continue;
      const html = fresh.innerHTML;
      if (last.get(part.dataset.live) !== html) swap(part, fresh);
      last.set(part.dataset.live, html);
    }
  };

  const tick = async () => {
    try {
      await refresh();
      offline.hidden = true;
    } catch {
      offline.hidden = false;
    }
    schedule();
  };

  const schedule = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(tick, every);
  };

  if (!document.querySelector("[data-live]")) return;
  for (const part of document.querySelectorAll("[data-live]")) last.set(part.dataset.live, part.innerHTML);
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : tick()));
  schedule();
})();
