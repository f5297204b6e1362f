// Every SARIF report is what the public schema of SARIF 2.1.0 says, and what GitHub's code scanning needs beside it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";

import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";

const DEWSPEC = resolve(process.env.DEWSPEC || "../../target/debug/dewspec");
const KEY = "create-secret-tag.key";
const FAULT = ["--fault", "csms-create-accepts-key-one-too-long"];

const schema = createRequire(import.meta.url)("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json");
// One of its patterns is none where patterns are read as Unicode.
const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
addFormats(ajv);
const validate = ajv.compile(schema);

let folder;
const at = (name) => join(folder, name);

/// Runs dewspec in the folder of these tests; its exit code.
function dewspec(...args) {
  const env = { PATH: process.env.PATH, XDG_STATE_HOME: folder, DEWSPEC_TOKEN: "t" };
  return new Promise((done) => execFile(DEWSPEC, args, { cwd: folder, env }, (error) => done(error ? error.code : 0)));
}

/// A run's SARIF report, which the schema allows.
async function sarif(name, code, ...args) {
  const file = `${name}.sarif`;
  assert.equal(await dewspec(...args, "--report", `sarif=${file}`), code, name);
  const log = JSON.parse(await readFile(at(file), "utf8"));
  assert.ok(validate(log), `${name}: ${ajv.errorsText(validate.errors)}`);
  return log.runs[0];
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "dewspec-sarif-"));
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("a target that conforms has rules and no result", async () => {
  const run = await sarif("passing", 0, "run", KEY);
  assert.equal(run.results.length, 0);
  assert.ok(run.tool.driver.rules.length > 20);
  assert.ok(run.invocations[0].executionSuccessful);
});

test("a cause is a result with a place, a rule and a fingerprint", async () => {
  const run = await sarif("failing", 1, "run", KEY, ...FAULT, "--report", "json=failing.json");
  const [result] = run.results;
  assert.equal(run.tool.driver.rules[result.ruleIndex].id, result.ruleId);
  assert.match(result.locations[0].physicalLocation.artifactLocation.uri, /^suites\//);
  assert.deepEqual(Object.keys(result.partialFingerprints), ["dewspecCause/v1"]);
  assert.equal(result.suppressions, undefined);
});

test("what is flaky says how often", async () => {
  const fault = ["--fault", "csms-create-refuses-now-and-then", "--concurrency", "1"];
  const run = await sarif("flaky", 1, "run", KEY, ...fault, "--retries", "2", "--flaky", "fail");
  const flaky = run.results.find((result) => result.properties.flaky);
  assert.ok(flaky && flaky.level === "error", JSON.stringify(run.results.map((result) => result.message)));
  assert.ok(flaky.properties.rate.failed > 0 && flaky.properties.rate.failed < flaky.properties.rate.tries);
  assert.match(flaky.message.text, /flaky, \d+ of \d+ tries/);
});

test("a known deviation is suppressed, and a stale one is a notification", async () => {
  const filled = ["--reason", "the gateway cuts keys", "--owner", "kms", "--link", "KMS-1", "--until", "2999-12-31"];
  assert.equal(await dewspec("run", ...FAULT, "--cases", "1", "--report", "json=whole.json"), 1);
  assert.equal(await dewspec("deviations", "record", "known.toml", "whole.json", ...filled), 0);
  const run = await sarif("known", 0, "run", "--cases", "1", ...FAULT, "--deviations", "known.toml");
  assert.equal(run.results[0].suppressions[0].status, "accepted");
  const stale = await sarif("stale", 1, "run", "--cases", "1", "--deviations", "known.toml");
  assert.ok(stale.invocations[0].toolExecutionNotifications.some((told) => told.level === "error"));
});

test("a run without a verdict says why", async () => {
  const target = ["--endpoint", "http://127.0.0.1:9", "--project-id", "p", "--secret-id", "s", "--max-wait", "0"];
  const run = await sarif("dead", 3, "run", ...target);
  assert.equal(run.invocations[0].executionSuccessful, false);
  assert.ok(run.invocations[0].toolExecutionNotifications.length > 0);
});

test("what the fuzzer finds is a result, too", async () => {
  const run = await sarif("fuzz", 1, "fuzz", "--time", "10", "--requests", "3000", ...FAULT, "CreateSecretTag");
  assert.ok(run.results.length > 0);
});

test("the schema refuses what is none", async () => {
  await writeFile(at("none"), "");
  for (const wrong of [{}, { version: "2.1.0" }, { version: "2.1.0", runs: [{ results: [{}] }] }]) {
    assert.ok(!validate(wrong), JSON.stringify(wrong));
  }
});
