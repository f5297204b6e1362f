"use strict";
(() => {
  // What is linked to may be folded away; or filtered out, which is for the filter to undo.
  const unfold = () => {
    let id = location.hash.slice(1);
    try {
      id = decodeURIComponent(id);
    } catch {
      // Not one of ours.
    }
    const wanted = id && document.getElementById(id);
    if (!wanted) return;
    if (wanted.hidden) wanted.dispatchEvent(new Event("wanted", { bubbles: true }));
    for (let at = wanted; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    wanted.scrollIntoView({ block: wanted.tagName === "TR" ? "center" : "start" });
  };
  addEventListener("hashchange", unfold);
  unfold();
})();
