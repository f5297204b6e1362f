"use strict";
(() => {
  // Tables can be sorted by any column: once up, once down.
  const collator = new Intl.Collator(undefined, { numeric: true });
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...table.tBodies[0].rows];
        rows.sort((a, b) => collator.compare(a.cells[at].textContent, b.cells[at].textContent));
        table.tBodies[0].append(...(down ? rows.reverse() : rows));
      });
    });
  }
  // What is looked for stands in the address, so that it can be passed on.
  const filters = document.querySelector(".filters");
  if (!filters) return;
  const [search, telling] = filters.querySelectorAll("input");
  const rows = [...document.querySelectorAll("table.clauses tbody tr")];
  const asked = new URLSearchParams(location.search);
  search.value = asked.get("q") || "";
  telling.checked = asked.has("telling");
  filters.hidden = false;
  const apply = (told) => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = (telling.checked && !("telling" in row.dataset)) || !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    filters.querySelector("output").textContent = shown + " of " + rows.length;
    if (!told) return;
    const query = new URLSearchParams();
    if (search.value) query.set("q", search.value);
    if (telling.checked) query.set("telling", "");
    const text = query.toString();
    try {
      history.replaceState(null, "", location.pathname + (text ? "?" + text : "") + location.hash);
    } catch {
      // Some browsers do not let pages from files do that.
    }
  };
  search.addEventListener("input", () => apply(true));
  telling.addEventListener("change", () => apply(true));
  apply(false);
  // What is linked to is there, whatever else is hidden.
  const shown = () => {
    let id = location.hash.slice(1);
    try {
      id = decodeURIComponent(id);
    } catch {
      // Not one of ours.
    }
    const wanted = id && document.getElementById(id);
    if (!wanted) return;
    wanted.hidden = false;
    wanted.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", shown);
  shown();
})();
