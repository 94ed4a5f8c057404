// What somebody marks in the text stands in the field at once. Without this the passage is copied or typed.
"use strict";

(() => {
  const field = document.querySelector("[data-source]");
  const source = field && document.getElementById(field.dataset.source);
  if (!source) return;
  document.addEventListener("selectionchange", () => {
    const chosen = document.getSelection();
    if (!chosen || chosen.isCollapsed || !chosen.rangeCount) return;
    if (!source.contains(chosen.getRangeAt(0).commonAncestorContainer)) return;
    field.value = chosen.toString().trim();
  });
})();
