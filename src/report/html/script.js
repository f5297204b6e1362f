"use strict";
(() => {
  // Copy buttons, where the browser lets pages copy.
  for (const button of document.querySelectorAll(".command button")) {
    const text = button.previousElementSibling.textContent;
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text);
      button.textContent = "copied";
    });
  }
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
    if (wanted) wanted.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  unfold();
  // Search and filter of the cases; what is asked for stands in the address.
  const section = document.getElementById("cases");
  if (!section) return;
  const filters = section.querySelector(".filters");
  const [search, outcome] = [filters.querySelector("input"), filters.querySelector("select")];
  const rows = [...section.querySelectorAll("tbody tr")];
  const asked = new URLSearchParams(location.search);
  search.value = asked.get("q") || "";
  outcome.value = asked.get("outcome") || "";
  filters.hidden = false;
  const apply = (told) => {
    const [words, wanted] = [search.value.toLowerCase().split(/\s+/).filter(Boolean), outcome.value];
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      const fits = (!wanted || row.dataset.outcome === wanted) && words.every((word) => text.includes(word));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    filters.querySelector("output").textContent = shown + " of " + rows.length;
    if (words.length || wanted) section.querySelector("details").open = true;
    if (!told) return;
    const query = new URLSearchParams();
    if (search.value) query.set("q", search.value);
    if (wanted) query.set("outcome", wanted);
    const text = query.toString();
    try {
      history.replaceState(null, "", location.pathname + (text ? "?" + text : "") + location.hash);
    } catch {
      // Some browsers do not let pages from files do that.
    }
  };
  search.addEventListener("input", () => apply(true));
  outcome.addEventListener("change", () => apply(true));
  apply(false);
})();
