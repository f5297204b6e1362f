// The reports that the tests look at, made by dewspec itself.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const DEWSPEC = resolve(process.env.DEWSPEC || "../../target/debug/dewspec");
const FAULTS = [
  "csms-create-answers-success-with-ok",
  "csms-create-ignores-reserved-prefix",
  "csms-create-stores-value-lower-cased",
  "csms-batch-deletes-only-first-item",
  "csms-batch-marks-byte-order-in-errors",
  "kms-create-accepts-empty-key",
  "event-create-sends-boolean-state",
];

/// What a target may send to do harm in a browser.
export const HOSTILE =
  "</script></title></style><script>window.ran = 1</script>\"><img src=x onerror=\"window.ran = 2\">" +
  "' onfocus='window.ran = 3' <svg onload=window.ran=4> [x](javascript:window.ran=5) javascript:window.ran=6 " +
  "<a href=\"javascript:window.ran=7\">x</a> <iframe srcdoc='<script>top.ran=8</script>'></iframe> <!-- &lt; " +
  "\u202egnp.exe\u2066 \u0000\u0007\u001b[2J\r\n\u0085\u2028 " + "long".repeat(60);
/// Texts of a report that are no free text.
const FIXED = new Set(["schema", "level", "verdict", "outcome"]);
/// Maps of a report whose names are free text.
const NAMED = new Set(["endpoints", "meaning"]);
const OUTCOMES = ["fail", "warn", "flaky", "error", "skip"];
const VERDICTS = ["upheld", "violated", "determined", "undetermined", "unobservable", "vacuous"];

let folder;

/// Makes all reports: name -> { path, json }.
export async function makeReports() {
  folder = await mkdtemp(join(tmpdir(), "dewspec-browser-"));
  const faults = (names) => names.flatMap((name) => ["--fault", name]);
  const endpoint = `http://127.0.0.1:${await portWithoutListener()}`;
  const nobody = ["--endpoint", endpoint, "--project-id", "p", "--secret-id", "s", "--key-id", "k", "--token", "t"];
  const reports = {
    whole: await run("whole", 0, []),
    passing: await run("passing", 0, ["create-secret-tag.key"]),
    faulty: await run("faulty", 1, [...faults(FAULTS.slice(0, 1)), "create-secret-tag.key"]),
    many: await run("many", 1, [
      ...faults(FAULTS),
      ...["key.min", "value.max", "value.characters", "tags.create", "key.reserved", "create-secret-event.example"],
    ]),
    preflight: await run("preflight", 3, [...nobody, "--max-wait", "0"]),
  };
  reports.hostile = await rendered("hostile", 1, hostile(reports.many.json));
  return reports;
}

export async function removeReports() {
  if (folder) await rm(folder, { recursive: true, force: true });
}

/// Writes a page into the folder of the reports.
export async function write(name, text) {
  const path = join(folder, `${name}.html`);
  await writeFile(path, text);
  return path;
}

async function run(name, code, options) {
  const [json, path] = [join(folder, `${name}.json`), join(folder, `${name}.html`)];
  await dewspec(code, ["run", "--quiet", ...options, "--report", `json=${json}`, "--report", `html=${path}`]);
  return { path, json: JSON.parse(await readFile(json, "utf8")) };
}

/// The page of a JSON report, which need not be of a run.
async function rendered(name, code, report) {
  const [json, path] = [join(folder, `${name}.json`), join(folder, `${name}.html`)];
  await writeFile(json, JSON.stringify(report));
  await dewspec(code, ["report", "--quiet", json, "--report", `html=${path}`]);
  return { path, json: report };
}

function dewspec(expected, options) {
  // No setting of the caller's, and nothing of it in the folders of this user.
  const kept = Object.entries(process.env).filter(([name]) => !/^(DEWSPEC|GITHUB)_?/.test(name));
  const env = { ...Object.fromEntries(kept), XDG_STATE_HOME: folder };
  return new Promise((done, failed) => {
    execFile(DEWSPEC, options, { cwd: folder, env, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      const code = error ? error.code : 0;
      if (code === expected) done();
      else failed(new Error(`${DEWSPEC} ${options.join(" ")}: ${code}, not ${expected}\n${stdout}${stderr}`));
    });
  });
}

/// A port that was free a moment ago.
function portWithoutListener() {
  return new Promise((done) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/// The report with hostile text in all its texts, every outcome and every verdict.
function hostile(report) {
  const poisoned = poison(short(report), "");
  poisoned.cases.forEach((one, at) => (one.outcome = OUTCOMES[at % OUTCOMES.length]));
  poisoned.clauses.forEach((one, at) => (one.verdict = VERDICTS[at % VERDICTS.length]));
  poisoned.preflight[0].ok = false;
  return poisoned;
}

/// A few of its cases and clauses are enough.
function short(report) {
  const causes = report.causes.map((cause) => ({ ...cause, cases: [...new Set([cause.example.case, ...cause.cases.slice(0, 4)])] }));
  const [cases, clauses] = ["cases", "clauses"].map((name) => new Set(causes.flatMap((cause) => cause[name])));
  return {
    ...report,
    causes,
    cases: report.cases.filter(({ id }) => cases.has(id)),
    passed: {},
    clauses: report.clauses.filter(({ id }, at) => clauses.has(id) || at % 20 === 0),
    readings: report.readings.slice(0, 10),
  };
}

function poison(value, name) {
  if (typeof value === "string") return FIXED.has(name) ? value : value + HOSTILE;
  if (Array.isArray(value)) return value.map((item) => poison(item, name));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [NAMED.has(name) ? key + HOSTILE : key, poison(item, key)]),
  );
}
