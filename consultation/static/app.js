// Makes pages more comfortable; every page works without it. Nothing here decides anything: the server does.
"use strict";

(() => {
  const said = (name) => document.body.dataset[name] || "";

  // The error summary takes the focus, so that it is read out and its links are next.
  const focusProblems = (root) => {
    const summary = root.querySelector("[data-focus]");
    if (summary) summary.focus();
  };

  // -- dialogs: <button data-dialog="id">, inside it <button data-close> --------------------------
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (dialog && dialog.showModal) {
        event.preventDefault();
        dialog.showModal();
      }
      return;
    }
    const closer = event.target.closest("[data-close]");
    if (closer && closer.closest("dialog")) closer.closest("dialog").close();
  });

  // -- <form data-confirm="Wirklich?"> or <button data-confirm="…"> ------------------------------
  document.addEventListener("submit", (event) => {
    const question = (event.submitter && event.submitter.dataset.confirm) || event.target.dataset.confirm;
    if (question && !window.confirm(question)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  // -- a second click on a button that is already sending does nothing ---------------------------
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-many")) return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "yes";
    setTimeout(() => delete form.dataset.sending, 5000);
  });

  // -- unsaved changes: <form data-guard>. Saved by posting it or by the automatic saving; data-unsaved: came back unsaved --
  const dirty = new Set();
  // what stands in the fields: leaving a field tells of a change once more, when it was saved long ago
  const seen = new WeakMap();
  const valuesOf = (form) => JSON.stringify([...form.elements].filter((one) => one.name && one.type !== "hidden")
    .map((one) => [one.name, one.type === "radio" || one.type === "checkbox" ? one.checked : one.value]));
  const changed = (form) => {
    const values = valuesOf(form);
    if (seen.get(form) === values) return false;
    seen.set(form, values);
    return true;
  };
  const guarded = (element) => element && element.closest && element.closest("form[data-guard]");
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      const form = guarded(event.target);
      if (form && changed(form)) {
        dirty.add(form);
        form.dataset.dirty = "yes";
        form.dataset.typed = String(Number(form.dataset.typed || 0) + 1);
      }
    });
  }
  const clean = (form) => {
    dirty.delete(form);
    delete form.dataset.dirty;
  };
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) clean(event.target);
  });
  document.addEventListener("app:saved", (event) => clean(event.target)); // see saving.js
  window.addEventListener("beforeunload", (event) => {
    for (const form of dirty) if (form.isConnected) event.preventDefault();
  });

  document.addEventListener("htmx:after:swap", (event) => focusProblems(event.target instanceof Element ? event.target : document));

  // -- a link to a field inside a closed <details> opens it -------------------------------------
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let box = target.closest("details"); box; box = box.parentElement && box.parentElement.closest("details")) box.open = true;
    target.scrollIntoView();
    // told of late, when somebody has already gone on to another field, this must not take the focus away from there
    const here = document.activeElement;
    const underWay = !here || here === document.body || here.matches("a[href*='#']");
    if (underWay && target.matches("input, select, textarea")) target.focus();
  };
  window.addEventListener("hashchange", reveal);

  // -- the bar at the foot of the window never stands before what has the focus: neither growing nor when that moves -----
  const makeRoom = (bar) => {
    document.documentElement.style.setProperty("--app-bar", `${bar.offsetHeight}px`);
    const one = document.activeElement;
    if (!one || one === document.body || one.contains(bar) || bar.contains(one)) return;
    const [there, covered] = [one.getBoundingClientRect(), bar.getBoundingClientRect()];
    if (there.bottom > covered.top && there.top < covered.bottom) one.scrollIntoView({ block: "nearest" });
  };
  const watchBar = () => {
    const bar = document.querySelector(".app-sticky");
    if (!bar || !window.ResizeObserver) return;
    const observer = new ResizeObserver(() => makeRoom(bar));
    observer.observe(bar);
    observer.observe(document.body); // what comes in above pushes down what has the focus
  };

  // -- printing shows what is folded away --------------------------------------------------------
  window.addEventListener("beforeprint", () => {
    for (const box of document.querySelectorAll("details.kern-accordion:not([open])")) {
      box.open = true;
      box.dataset.printed = "yes";
    }
  });
  window.addEventListener("afterprint", () => {
    for (const box of document.querySelectorAll("details[data-printed]")) {
      box.open = false;
      delete box.dataset.printed;
    }
  });

  // -- where one is in a strip that is wider than the window comes into sight; the page itself stays where it is ----------
  const showWhere = () => {
    for (const here of document.querySelectorAll(".planner-tabs [aria-current]")) {
      const strip = here.closest("ul");
      strip.scrollLeft += here.getBoundingClientRect().left - strip.getBoundingClientRect().left - (strip.clientWidth - here.offsetWidth) / 2;
    }
  };

  // -- <button data-copy="id-of-a-list" data-copied="Kopiert." hidden>, the sentence goes into the status behind it -------
  const offerCopying = () => {
    if (!navigator.clipboard) return;
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        const lines = [...document.getElementById(button.dataset.copy).children].map((line) => line.textContent.trim());
        await navigator.clipboard.writeText(lines.join("\n"));
        button.nextElementSibling.textContent = button.dataset.copied;
      });
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    showWhere();
    offerCopying();
    for (const form of document.querySelectorAll("form[data-guard]")) seen.set(form, valuesOf(form));
    for (const form of document.querySelectorAll("form[data-guard][data-unsaved]")) dirty.add(form);
    watchBar();
    focusProblems(document);
    reveal();
  });
})();
