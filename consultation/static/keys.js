// Keys for people who weigh hundreds of points. Every key only does what a link, button or field on the page does:
// data-key="n j" names its keys. Letters are off while somebody types, and altogether if switched off (WCAG 2.1.4).
"use strict";

(() => {
  const OFF = "keys-off";
  const on = () => {
    try {
      return localStorage.getItem(OFF) === null;
    } catch {
      return true;
    }
  };
  const typing = (element) => element.matches("textarea, select, input:not([type=checkbox], [type=radio])");

  // A letter leads to what it names: links and buttons are pressed, fields take the focus, also inside a closed <details>.
  const reach = (element) => {
    for (let box = element.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    if (element.matches("a, button")) element.click();
    else {
      element.focus();
      element.scrollIntoView({ block: "center" });
    }
  };

  // In a list n and p lead from row to row; x ticks the row one stands in.
  const walk = (step) => {
    const links = [...document.querySelectorAll("[data-walk]")];
    if (!links.length) return false;
    const row = document.activeElement.closest("[data-row]");
    const here = links.findIndex((link) => row && row.contains(link));
    const next = links[here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: "center" });
    }
    return true;
  };
  const tick = () => {
    const row = document.activeElement.closest("[data-row]");
    const box = row && row.querySelector("input[type=checkbox]");
    if (box) box.click();
    return Boolean(box);
  };

  const press = (key) => {
    if ("jn".includes(key) && walk(1)) return true;
    if ("kp".includes(key) && walk(-1)) return true;
    if (key === "x" && tick()) return true;
    const found = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key.split(" ").includes(key));
    if (found) reach(found);
    return Boolean(found);
  };

  document.addEventListener("keydown", (event) => {
    if (!on() || event.isComposing || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && event.ctrlKey) {
      if (press("ctrl+enter")) event.preventDefault();
    } else if (event.key === "Escape" && typing(event.target)) {
      event.target.blur();
    } else if (!event.ctrlKey && event.key.length === 1 && !typing(event.target)) {
      if (press(event.key.toLowerCase())) event.preventDefault();
    }
  });

  // <select data-insert="reply">: the text of what is chosen comes behind what stands there, once.
  document.addEventListener("change", (event) => {
    const select = event.target.closest("select[data-insert]");
    if (!select) return;
    const field = document.getElementById(select.dataset.insert);
    const text = select.selectedOptions[0].dataset.text || "";
    if (field && text && !field.value.includes(text)) {
      field.value = `${field.value.trimEnd()}${field.value.trim() ? "\n\n" : ""}${text}`;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });

  // What can be done with many rows opens where one is: into view, and with the focus in it.
  document.addEventListener("click", (event) => {
    const summary = event.target.closest("[data-bulk] > summary");
    if (!summary || summary.parentElement.open) return;
    requestAnimationFrame(() => {
      const box = summary.parentElement;
      const first = box.querySelector("input:checked, select, textarea");
      if (box.open && first) first.focus({ preventScroll: true });
      box.scrollIntoView({ block: "nearest" });
    });
  });

  // How many rows are ticked.
  const count = () => {
    const said = document.querySelector("[data-ticked]");
    const ticked = document.querySelectorAll("[data-row] input[type=checkbox]:checked").length;
    if (said) said.textContent = said.dataset.ticked.replace("{count}", String(ticked));
  };
  document.addEventListener("change", count);

  document.addEventListener("DOMContentLoaded", () => {
    count();
    const help = document.querySelector("[data-dialog=keys]");
    if (help) help.hidden = false;
    const wanted = document.querySelector("[data-keys-switch]");
    if (!wanted) return;
    wanted.checked = on();
    wanted.addEventListener("change", () => {
      if (wanted.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "yes");
    });
  });
})();
