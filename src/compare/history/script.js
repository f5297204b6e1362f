"use strict";
(() => {
  // What is linked to may be folded away.
  const unfold = () => {
    let id = location.hash.slice(1);
    try {
      id = decodeURIComponent(id);
    } catch {
      // Not one of ours.
    }
    const wanted = id && document.getElementById(id);
    for (let at = wanted; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (wanted) wanted.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", unfold);
  unfold();
})();
