// The HTML report in Chromium: what the tests of the Rust code cannot see.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { makeReports, removeReports, write } from "./reports.js";

const AXE = createRequire(import.meta.url)("axe-core").source;
const RULES = ["wcag2a", "wcag2aa", "best-practice"];
const REPORTS = ["whole", "passing", "faulty", "many", "preflight", "hostile"];
/// Axe looks at every cell, so the whole suite's page is left out: the others have the same parts.
const SMALL = REPORTS.filter((name) => name !== "whole");
const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

let browser;
let reports;

before(async () => {
  const executablePath = execFileSync("sh", ["-c", 'command -v "${CHROMIUM:-chromium}"'], { encoding: "utf8" }).trim();
  browser = await chromium.launch({ executablePath });
  reports = await makeReports();
});

after(async () => {
  await browser?.close();
  await removeReports();
});

/// Opens a page and hands it to the test. Whatever the page says, asks for or opens afterwards fails the test.
async function opened(where, options, look) {
  const { hash = "", prepare, path = reports[where].path, ...rest } = options;
  const address = pathToFileURL(path).href;
  const context = await browser.newContext({ viewport: WIDE, ...rest });
  const said = [];
  try {
    await context.route("**/*", (route) => {
      const url = route.request().url();
      if (url.split(/[?#]/)[0] === address) return route.continue();
      said.push(`request: ${url}`);
      return route.abort();
    });
    await prepare?.(context);
    const page = await context.newPage();
    page.on("console", (message) => said.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => said.push(`error: ${error}`));
    page.on("dialog", (dialog) => {
      said.push(`dialog: ${dialog.message()}`);
      return dialog.dismiss();
    });
    context.on("page", (other) => said.push(`window: ${other.url()}`));
    await page.goto(address + hash);
    await look(page, said);
    assert.deepEqual(said, []);
  } finally {
    await context.close();
  }
}

function unfoldAll(page) {
  return page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
}

/// The ids of the rows that are shown and not outside of the page's left edge.
function shownRows(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll("#cases tbody tr")]
      .filter((row) => row.checkVisibility() && row.getBoundingClientRect().left >= 0)
      .map((row) => row.dataset.outcome),
  );
}

function inView(page, id) {
  return page.evaluate((id) => {
    const { top, bottom } = document.getElementById(id).getBoundingClientRect();
    return bottom > 0 && top < innerHeight && bottom > top;
  }, id);
}

function parameters(page) {
  return Object.fromEntries(new URL(page.url()).searchParams);
}

/// Violations in short.
async function violations(page, rules) {
  const found = await page.evaluate(
    `${AXE}; axe.run(document, { runOnly: ${JSON.stringify(rules)}, resultTypes: ["violations"] })`,
  );
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.length}, such as ${nodes[0].html.slice(0, 200)}`);
}

function sideways(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/// The text of what is neither folded away nor hidden, blanks as one.
async function text(page, selector) {
  return (await page.innerText(selector)).replace(/\s+/g, " ");
}

/// What the page shows of a text of the report: backticks are left out, as the page shows code by its font.
function bare(words) {
  return words.replace(/[`\s]+/g, " ").trim();
}

for (const name of REPORTS) {
  describe(name, () => {
    test("opens without a message, a request or a foreign script", () =>
      opened(name, {}, async (page) => {
        await unfoldAll(page);
        // Event handlers would run in their own time.
        await page.evaluate(() => new Promise((done) => setTimeout(done, 100)));
        assert.equal(await page.evaluate(() => window.ran), undefined);
        const own = ["script", "style", "link", "img", "iframe", "object", "svg"];
        const counts = await page.evaluate((own) => own.map((tag) => document.querySelectorAll(tag).length), own);
        assert.deepEqual(counts, [1, 1, 0, 0, 0, 0, name === "preflight" ? 0 : 1]);
        assert.equal(
          await page.evaluate(() => [...document.body.innerText].find((c) => /[\0\x1b\u202e\u2066]/.test(c))),
          undefined,
        );
      }));

    test("links lead to what is on the page", () =>
      opened(name, {}, async (page) => {
        const { links, lost, repeated } = await page.evaluate(() => {
          const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
          const links = [...document.querySelectorAll("a")];
          return {
            links: links.length,
            lost: links
              .map((link) => link.getAttribute("href"))
              .filter((href) => !href.startsWith("#") || !document.getElementById(href.slice(1))),
            repeated: ids.filter((id, at) => ids.indexOf(id) !== at),
          };
        });
        assert.ok(links > 0);
        assert.deepEqual({ lost, repeated }, { lost: [], repeated: [] });
      }));

    test("can be read without a script", () =>
      opened(name, { javaScriptEnabled: false }, async (page) => {
        await readable(page, name, async () => {
          for (const summary of await page.locator("summary").all()) {
            if (!(await summary.evaluate((one) => one.parentElement.open))) await summary.click();
          }
        });
        assert.equal(await page.locator(".filters, button").filter({ visible: true }).count(), 0);
      }));

    test("can be printed", () =>
      opened(name, { colorScheme: "dark" }, async (page) => {
        await page.emulateMedia({ media: "print" });
        await readable(page, name, async () => {});
        assert.equal(await page.locator(".filters, button").filter({ visible: true }).count(), 0);
        const [paper, ink] = await page.evaluate(() => {
          const { backgroundColor, color } = getComputedStyle(document.body);
          return [backgroundColor, color];
        });
        assert.deepEqual([paper, ink], ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]);
        const cut = await page.evaluate(() =>
          [...document.querySelectorAll("code, pre, .wide")]
            .filter((one) => one.scrollHeight > one.clientHeight + 1 && getComputedStyle(one).overflowY !== "visible")
            .map((one) => one.textContent.slice(0, 80)),
        );
        assert.deepEqual(cut, []);
        if (name !== "whole") assert.deepEqual(await violations(page, ["color-contrast"]), []);
      }));

    test("does not scroll sideways on a phone", () =>
      opened(name, { viewport: PHONE }, async (page) => {
        assert.equal(await sideways(page), 0, "folded");
        await unfoldAll(page);
        assert.equal(await sideways(page), 0, "unfolded");
      }));
  });
}

/// Everything that the report says of preflight, causes, clauses and cases can be seen.
async function readable(page, name, unfold) {
  const { json } = reports[name];
  await unfold();
  const hidden = await page.evaluate(() =>
    [...document.querySelectorAll("h1, h2, h3, p:not(.filters), li, dt, dd, td, pre, .command code, svg")]
      .filter((one) => !one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && one.textContent)
      .map((one) => one.textContent.slice(0, 80)),
  );
  assert.deepEqual(hidden, []);
  const passed = Object.values(json.passed || {}).reduce((sum, cases) => sum + Object.keys(cases).length, 0);
  const counts = await page.evaluate(() => [
    ...["article", "#clauses tbody tr", "#cases tbody tr", "#preflight li"].map((one) => document.querySelectorAll(one).length),
  ]);
  const expected = [json.causes.length, json.clauses.length, json.cases.length + passed, json.preflight.length];
  assert.deepEqual(counts, expected);
  if (name === "hostile") return;
  const shown = await text(page, "body");
  const wanted = [
    json.conclusion,
    ...json.preflight.map((step) => step.detail),
    ...json.causes.flatMap((cause) => [cause.title, cause.example.replay]),
    ...json.clauses.map((clause) => clause.id),
    ...json.cases.map((one) => one.id),
  ];
  const missing = wanted.map(bare).filter((words) => !bare(shown).includes(words));
  assert.deepEqual(missing, []);
}

describe("contrast, names and structure", () => {
  for (const name of SMALL) {
    for (const colorScheme of ["light", "dark"]) {
      for (const viewport of [WIDE, PHONE]) {
        test(`${name}, ${colorScheme}, ${viewport.width} pixels`, () =>
          opened(name, { colorScheme, viewport }, async (page) => {
            await unfoldAll(page);
            assert.deepEqual(await violations(page, RULES), []);
          }));
      }
    }
  }

  test("light and dark differ", async () => {
    const seen = [];
    for (const colorScheme of ["light", "dark"]) {
      await opened("faulty", { colorScheme }, async (page) => {
        seen.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
      });
    }
    assert.notEqual(seen[0], seen[1]);
  });
});

describe("the content security policy", () => {
  const EVIL =
    "<script>window.ran = 1</script><img src=http://127.0.0.1:9/x onerror='window.ran = 2'>" +
    "<a id=evil href='javascript:window.ran = 3'>x</a><link rel=stylesheet href=http://127.0.0.1:9/x.css>";
  const evil = async (page) => {
    await page.evaluate(() => {
      document.getElementById("evil").click();
      const script = document.createElement("script");
      script.textContent = "window.inserted = 1";
      document.body.append(script);
      return new Promise((done) => setTimeout(done, 100));
    });
    return page.evaluate(() => [window.ran, window.inserted]);
  };

  test("lets no other script run, and nothing be loaded", async () => {
    const page = await readFile(reports.faulty.path, "utf8");
    const path = await write("evil", page.replace("<main>", `<main>${EVIL}`));
    await opened("faulty", { path }, async (page, said) => {
      assert.deepEqual(await evil(page), [undefined, undefined]);
      assert.equal(await page.locator(".command button").first().isVisible(), true, "the page's own script runs");
      assert.deepEqual(said.filter((line) => !/^console: .*Content Security Policy/s.test(line)), []);
      assert.ok(said.length >= 5, said.join("\n"));
      said.length = 0;
    });
  });

  test("is what keeps them away", async () => {
    const page = await readFile(reports.faulty.path, "utf8");
    const open = page.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "").replace("<main>", `<main>${EVIL}`);
    await opened("faulty", { path: await write("open", open) }, async (page, said) => {
      const [ran, inserted] = await evil(page);
      assert.ok(ran && inserted, `${ran} ${inserted}`);
      assert.ok(said.some((line) => line.startsWith("request: http://127.0.0.1:9/")), said.join("\n"));
      said.length = 0;
    });
  });
});

describe("search and filter", () => {
  for (const name of ["whole", "faulty", "hostile"]) {
    test(`every outcome of ${name} can be shown alone`, () =>
      opened(name, {}, async (page) => {
        const all = await page.evaluate(() =>
          [...document.querySelectorAll("#cases tbody tr")].map((row) => row.dataset.outcome),
        );
        await unfoldAll(page);
        for (const outcome of await page.locator("#cases option").evaluateAll((all) => all.map((one) => one.value))) {
          await page.selectOption("#cases select", outcome);
          const fit = all.filter((one) => !outcome || one === outcome);
          assert.equal((await shownRows(page)).join(" "), fit.join(" "), outcome);
          assert.equal(await page.textContent("#cases output"), `${fit.length} of ${all.length}`);
        }
      }));
  }

  test("what is asked for stands in the address, and is asked for again from there", () =>
    opened("faulty", {}, async (page) => {
      const all = await page.locator("#cases tbody tr").count();
      assert.deepEqual(parameters(page), {});
      await page.fill("#cases input", "Reserved underscore");
      await page.selectOption("#cases select", "fail");
      const rows = (await page.locator("#cases tbody tr").evaluateAll((rows) =>
        rows.filter((row) => /reserved/i.test(row.textContent) && /underscore/i.test(row.textContent)).map((row) => row.dataset.outcome),
      )).filter((outcome) => outcome === "fail");
      assert.ok(rows.length > 0 && rows.length < all);
      const asked = { q: "Reserved underscore", outcome: "fail" };
      const check = async (page) => {
        assert.deepEqual(parameters(page), asked);
        assert.equal(await page.inputValue("#cases input"), asked.q);
        assert.equal(await page.inputValue("#cases select"), asked.outcome);
        assert.deepEqual(await shownRows(page), rows);
      };
      await check(page);
      await page.reload();
      await check(page);
      const address = page.url();
      await page.goto("about:blank");
      await page.goto(address);
      await check(page);
      await page.fill("#cases input", "no case has this");
      assert.deepEqual(await shownRows(page), []);
      await page.fill("#cases input", "");
      await page.selectOption("#cases select", "");
      assert.deepEqual(parameters(page), {});
      assert.equal((await shownRows(page)).length, all);
    }));
});

describe("links into the page", () => {
  test("to a cause", async () => {
    const causes = reports.many.json.causes;
    for (const { id } of [causes[0], causes.at(-1)]) {
      await opened("many", { hash: `#${id}` }, async (page) => assert.ok(await inView(page, id), id));
    }
    await opened("many", {}, async (page) => {
      const id = causes.at(-1).id;
      assert.ok(!(await inView(page, id)));
      await page.locator(`nav a[href="#${id}"]`).click();
      assert.equal(new URL(page.url()).hash, `#${id}`);
      assert.ok(await inView(page, id));
    });
  });

  test("to a case that is folded away, with a script and without", async () => {
    const id = `case-${Object.keys(Object.values(reports.faulty.json.passed)[0]).at(-1)}`;
    for (const javaScriptEnabled of [true, false]) {
      await opened("faulty", { hash: `#${id}`, javaScriptEnabled }, async (page) => {
        assert.ok(await inView(page, id));
      });
    }
  });

  test("to a clause that is folded away", async () => {
    const id = `clause-${reports.passing.json.clauses.at(-1).id}`;
    await opened("passing", { hash: `#${id}` }, async (page) => assert.ok(await inView(page, id)));
  });

  test("from a cause to its cases, also to one that was filtered out", () =>
    opened("faulty", { hash: "?outcome=pass" }, async (page) => {
      const cause = page.locator("article").first();
      await cause.locator("summary").click();
      const link = cause.locator("li a").first();
      const id = (await link.getAttribute("href")).slice(1);
      assert.equal(await page.evaluate((id) => document.getElementById(id).hidden, id), true);
      await link.click();
      await page.waitForFunction((id) => !document.getElementById(id).hidden, id);
      assert.ok(await inView(page, id));
      assert.deepEqual(parameters(page), {});
    }));
});

describe("the keyboard", () => {
  for (const name of ["many", "passing", "preflight"]) {
    test(`reaches everything of ${name}, and where it is can be seen`, () =>
      opened(name, {}, async (page) => {
        const all = await page.evaluate(() => {
          const able = "a, button, input, select, summary, [tabindex]";
          return [...document.querySelectorAll(able)]
            .filter((one) => one.checkVisibility())
            .map((one, at) => (one.dataset.stop = String(at)));
        });
        const reached = [];
        for (;;) {
          await page.keyboard.press("Tab");
          const [stop, seen] = await page.evaluate(() => {
            const at = document.activeElement;
            const { outlineStyle, outlineWidth } = getComputedStyle(at);
            const { left, right } = at.getBoundingClientRect();
            return [at.dataset.stop, outlineStyle !== "none" && outlineWidth !== "0px" && right > 0 && left >= 0];
          });
          if (stop === undefined) break;
          assert.ok(seen, `stop ${stop}`);
          reached.push(stop);
          assert.ok(reached.length <= all.length, "the focus is caught");
        }
        assert.deepEqual(reached, all);
      }));
  }

  test("skips to the causes, unfolds, follows links, copies, searches and filters", () =>
    opened("many", { permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
      const tabTo = async (selector) => {
        for (let steps = 0; steps < 500; steps += 1) {
          await page.keyboard.press("Tab");
          if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) return;
        }
        assert.fail(`${selector} is not reached`);
      };
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      assert.equal(new URL(page.url()).hash, "#causes");
      // The next stop is within the causes.
      await page.keyboard.press("Tab");
      assert.ok(await page.evaluate(() => document.activeElement.closest("#causes") !== null));
      await page.keyboard.press("Enter");
      const { id } = reports.many.json.causes[0];
      assert.equal(new URL(page.url()).hash, `#${id}`);
      await tabTo("button");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.activeElement.innerText.startsWith("copied"));
      await tabTo("#clauses summary");
      const open = () => page.evaluate(() => document.activeElement.parentElement.open);
      const before = await open();
      await page.keyboard.press("Enter");
      assert.equal(await open(), !before);
      await tabTo("#cases input");
      await page.keyboard.type("key");
      await tabTo("#cases select");
      await page.keyboard.press("ArrowDown");
      assert.deepEqual(parameters(page), { q: "key", outcome: "fail" });
      assert.ok((await shownRows(page)).length > 0);
    }));
});

describe("copy buttons", () => {
  test("copy the command as it is, and say so", () =>
    opened("many", { permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
      const commands = reports.many.json.causes.flatMap(({ example }) => [example.curl, example.replay]).filter(Boolean);
      const buttons = await page.locator(".command button").all();
      assert.equal(buttons.length, commands.length);
      for (const [at, button] of buttons.entries()) {
        await button.click();
        const copied = async () => (await button.innerText()).startsWith("copied");
        for (let tries = 0; !(await copied()) && tries < 100; tries += 1) await page.waitForTimeout(20);
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), commands[at]);
        assert.equal(await page.getByRole("button", { name: "copied" }).count(), 1, "only the last is said to be copied");
      }
    }));

  for (const [what, script] of [
    ["there is no clipboard", () => Object.defineProperty(navigator, "clipboard", { value: undefined })],
    ["the browser refuses", () => (navigator.clipboard.writeText = () => Promise.reject(new Error("refused")))],
  ]) {
    test(`select the command where ${what}`, () =>
      opened("faulty", { prepare: (context) => context.addInitScript(script) }, async (page) => {
        const button = page.locator(".command button").first();
        await button.click();
        await page.waitForFunction(() => document.querySelector(".command button").innerText.startsWith("selected"));
        const selected = await page.evaluate(() => getSelection().toString());
        assert.equal(selected.trim(), reports.faulty.json.causes[0].example.curl);
      }));
  }
});
