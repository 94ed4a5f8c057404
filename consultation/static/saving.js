// Forms that save themselves: <form data-guard hx-post … hx-trigger="…, save-now">. Says what is true, and only then; when
// saving was not possible it tries again by itself. Without this file the buttons save. Nothing typed is put into any storage.
"use strict";

(() => {
  const LONGEST = 8000; // milliseconds that somebody who never pauses types before it is saved all the same
  const RETRY = { offline: 5000, refused: 60000, signedOut: 4000 };
  const HERE = 30000; // between two words that somebody is still on the page
  const AWAY = 5 * 60000; // without a touch of the page it is nobody's

  const said = (name) => document.body.dataset[name] || "";
  const forms = () => [...document.querySelectorAll("form[data-guard][hx-post]")];
  const isDirty = (form) => form.dataset.dirty === "yes";
  const statusOf = (form) => document.getElementById(form.dataset.status || "save-status");
  const tell = (form, text) => {
    const status = statusOf(form);
    if (status && status.textContent !== text) status.textContent = text;
  };
  const formOf = (event) => {
    const source = (event.detail && event.detail.ctx && event.detail.ctx.sourceElement) || event.target;
    return source && source.closest ? source.closest("form[data-guard][hx-post]") : null;
  };
  const saveNow = (form) => form.dispatchEvent(new CustomEvent("save-now"));
  const saveAll = () => forms().filter(isDirty).forEach(saveNow);

  // choosing between two texts is not typing: nothing is saved until the button is pressed
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => { if (event.target.closest("[data-choice]")) event.stopPropagation(); }, true);
  }

  // -- when to save besides the pauses that htmx waits for -----------------------------------------
  const waiting = new WeakMap(); // form → timer: at the latest then
  const troubled = new Map(); // form → what stands in the way: "offline", "refused", "signedOut"
  const onward = new WeakMap(); // form → the button that was pressed while something was still unsaved

  const settle = (form) => {
    clearTimeout(waiting.get(form));
    waiting.delete(form);
  };
  document.addEventListener("input", (event) => {
    const form = formOf(event);
    if (form && !waiting.has(form)) waiting.set(form, setTimeout(() => { settle(form); saveNow(form); }, LONGEST));
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") saveAll();
  });

  // -- what became of it -----------------------------------------------------------------------
  document.addEventListener("htmx:before:request", (event) => {
    const form = formOf(event);
    if (!form) return;
    settle(form);
    form.dataset.sent = form.dataset.typed || "0";
    const status = statusOf(form); // a link in it that has the focus is not taken away from under somebody's hands
    if (!troubled.has(form) && !(status && status.contains(document.activeElement))) tell(form, said("saving"));
  });
  const failed = (form, trouble) => {
    troubled.set(form, trouble);
    onward.delete(form);
    if (trouble === "offline") tell(form, said("notSaved"));
  };
  const answered = (form, saved) => {
    troubled.delete(form);
    if (saved === "no") troubled.set(form, "refused");
    if (saved === "yes" && form.dataset.sent === (form.dataset.typed || "0")) form.dispatchEvent(new CustomEvent("app:saved", { bubbles: true }));
    if (onward.has(form)) {
      const button = onward.get(form);
      onward.delete(form);
      form.dataset.onward = "yes";
      form.requestSubmit(button && button.isConnected ? button : undefined);
    }
  };
  document.addEventListener("htmx:after:request", (event) => {
    const response = event.detail && event.detail.ctx && event.detail.ctx.response;
    const status = response ? response.status : 0;
    const form = formOf(event);
    if (!form) return;
    const header = (name) => (response && response.headers && response.headers.get(name)) || "";
    if (header("X-Session") === "over") signedOut(form);
    else if (status >= 500 || !status) failed(form, "offline");
    else answered(form, header("X-Saved") || (status < 400 ? "yes" : "no"));
  });
  document.addEventListener("htmx:error", (event) => {
    const error = event.detail && (event.detail.error || (event.detail.ctx && event.detail.ctx.error));
    const form = formOf(event);
    if (form && !(error && error.name === "AbortError")) failed(form, "offline");
  });

  document.addEventListener("htmx:before:swap", (event) => {
    const ctx = event.detail && event.detail.ctx;
    const asks = ctx && ctx.sourceElement && ctx.sourceElement.closest("[data-here]");
    if (asks && ctx.response.status >= 400) event.preventDefault();
  });

  // -- the network comes back, the deadline is extended --------------------------------------------
  window.addEventListener("online", saveAll);
  for (const kind of ["offline", "refused"]) {
    setInterval(() => {
      for (const [form, trouble] of troubled) if (trouble === kind && isDirty(form)) saveNow(form);
    }, RETRY[kind]);
  }

  // -- the session ended: log in elsewhere, and go on here -------------------------------------------
  const signedOut = (form) => {
    failed(form, "signedOut");
    renew();
  };
  let asking = false;
  let asked = 0;
  const renew = async () => {
    if (asking || Date.now() - asked < 1000) return;
    asking = true;
    asked = Date.now();
    try {
      const response = await fetch("/login/token", { headers: { Accept: "application/json" }, cache: "no-store" });
      if (response.ok) renewed(await response.json());
    } catch {
      // no network either: the next look will tell
    } finally {
      asking = false;
    }
  };
  const renewed = (now) => {
    const before = document.body.dataset.viewer;
    if (before && before !== now.person) {
      for (const form of troubled.keys()) tell(form, said("somebodyElse").replace("{name}", now.name));
      return;
    }
    for (const field of document.querySelectorAll("input[name='csrf_token']")) field.value = now.token;
    for (const status of document.querySelectorAll("form[data-unsent] [role='status']")) status.textContent = said("signedIn").replace("{name}", now.name);
    for (const [form, trouble] of troubled) if (trouble === "signedOut") {
      troubled.delete(form);
      if (isDirty(form)) saveNow(form);
      else tell(form, "");
    }
  };
  const waitsForLogin = () => document.querySelector("form[data-unsent]") || [...troubled.values()].includes("signedOut");
  const look = () => {
    if (document.visibilityState === "visible" && waitsForLogin()) renew();
  };
  window.addEventListener("focus", look);
  document.addEventListener("visibilitychange", look);
  setInterval(look, RETRY.signedOut);
  if (window.BroadcastChannel) {
    const channel = new BroadcastChannel("login");
    channel.addEventListener("message", () => {
      asked = 0; // whoever just asked in vain asks again
      if (waitsForLogin()) renew();
    });
    document.addEventListener("DOMContentLoaded", () => {
      if (document.querySelector("[data-logged-in]")) channel.postMessage("");
    });
  }

  // -- a button never leaves the page while something on it is unsaved ------------------------------
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!forms().includes(form) || event.defaultPrevented) return;
    const chosen = form.querySelector("[data-choice] input:checked"); // between two texts: the server hears it from the button
    if (form.dataset.onward || chosen || !isDirty(form)) {
      delete form.dataset.onward;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    onward.set(form, event.submitter);
    saveNow(form);
  }, true);

  // a page that hands back what was typed is the only place where it is
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-unsent]:not([data-sending])")) event.preventDefault();
  });

  // -- who is on this page: told while somebody touches it --------------------------------------------
  let touched = Date.now();
  for (const kind of ["input", "keydown", "pointerdown", "scroll", "focusin"]) {
    document.addEventListener(kind, () => { touched = Date.now(); }, { passive: true, capture: true });
  }
  const stillHere = () => document.querySelectorAll("form[data-here]").forEach((form) => form.dispatchEvent(new CustomEvent("still-here")));
  document.addEventListener("focusin", (event) => {
    const place = event.target.closest("[data-place]");
    const field = document.querySelector("form[data-here] input[name='page']");
    if (!place || !field || field.value === place.dataset.place) return;
    field.value = place.dataset.place;
    stillHere();
  });
  setInterval(() => {
    if (document.visibilityState !== "visible" || Date.now() - touched > AWAY) return;
    stillHere();
  }, HERE);
})();
