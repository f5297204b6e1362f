"use strict";
(() => {
  // Copy buttons. Where the browser does not let pages copy, the text is selected instead.
  const buttons = [...document.querySelectorAll(".command button")];
  for (const button of buttons) {
    const command = button.previousElementSibling;
    button.hidden = false;
    button.addEventListener("click", async () => {
      let done = "copied";
      try {
        await navigator.clipboard.writeText(command.textContent);
      } catch {
        getSelection().selectAllChildren(command);
        done = "selected";
      }
      for (const other of buttons) other.firstElementChild.textContent = other === button ? done : "copy";
    });
  }
  // Search and filter of the cases; what is asked for stands in the address.
  const section = document.querySelector("section#cases");
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
  // Something that is filtered out was linked to.
  section.addEventListener("wanted", () => {
    search.value = outcome.value = "";
    apply(true);
  });
  apply(false);
})();
