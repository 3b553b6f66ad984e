// A dashboard of its own with a copy of the project's data, and a browser to look at it with.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const PROGRAM = process.env.REJOINDER_BIN ?? join(ROOT, "target/debug/rejoinder");
export const LINEAGE = "b2b_saas_personas_train_results";
export const FIRST = `${LINEAGE}_20250802_144126`;
export const ADOPTED = `${LINEAGE}_improvement_run_v1`;
/** A model of which the market over HTTP plays the part, slowly enough to be watched. */
export const SLOW_MODEL = "anthropic/claude-sonnet-5-5";

/** Nobody's keys or settings reach a test. */
function environment(more = {}) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(REJOINDER_|ANTHROPIC_|OPENAI_|SOURCE_DATE_EPOCH)/.test(name),
  );
  return { ...Object.fromEntries(kept), ...more };
}

/** The browser of this machine: the one that CHROMIUM names, one in the path, or where a Mac has it. */
function browserPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const paths = (process.env.PATH ?? "").split(":").flatMap((folder) => names.map((name) => join(folder, name)));
  for (const name of ["Google Chrome", "Chromium"]) paths.push(`/Applications/${name}.app/Contents/MacOS/${name}`);
  const found = paths.find((path) => existsSync(path));
  if (found) return found;
  throw new Error("no Chromium in the path; run ./scripts/test, or name one in CHROMIUM");
}

export async function openBrowser(...more) {
  return puppeteer.launch({
    executablePath: browserPath(),
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--force-color-profile=srgb", ...more],
  });
}

/** A folder with the data that the project ships. */
export function place() {
  const folder = mkdtempSync(join(tmpdir(), "rejoinder-browser-"));
  for (const name of ["b2b_saas_personas_train", "b2b_saas_personas_eval"]) {
    cpSync(join(ROOT, `data/personas/${name}.json`), join(folder, `data/personas/${name}.json`));
  }
  cpSync(join(ROOT, `data/results/${FIRST}.json`), join(folder, `data/results/${FIRST}.json`));
  return {
    folder,
    run: (...words) =>
      execFileSync(PROGRAM, words, { cwd: folder, env: environment(), stdio: ["ignore", "pipe", "pipe"] }).toString(),
    runAt: (epoch, ...words) =>
      execFileSync(PROGRAM, words, {
        cwd: folder,
        env: environment({ SOURCE_DATE_EPOCH: `${epoch}` }),
        stdio: ["ignore", "pipe", "pipe"],
      }).toString(),
    results: () => readdirSync(join(folder, "data/results")).filter((name) => name.endsWith(".json")),
    read: (name) => readFileSync(join(folder, "data", name), "utf8"),
    write: (name, text) => writeFileSync(join(folder, "data", name), text),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** What was started and goes on: a test that fails half-way leaves nothing behind, and does not wait for it. */
const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** Starts the program, and gives the first line that it prints and what ends it. */
async function start(words, cwd, env) {
  const child = spawn(PROGRAM, words, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  child.on("exit", () => running.delete(child));
  let errors = "";
  child.stderr.on("data", (bytes) => (errors += bytes));
  const said = await new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (bytes) => {
      text += bytes;
      if (text.includes("\n")) resolve(text);
    });
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${words[0]} ended with ${code}: ${text}${errors}`)));
  });
  for (const part of [child, child.stdout, child.stderr]) part.unref();
  const stop = () =>
    new Promise((resolve) => {
      child.ref();
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.on("exit", resolve);
      child.kill("SIGKILL");
    });
  return { url: said.match(/http:\/\/[^\s/]+/)[0], said, stop };
}

/** `rejoinder serve` on a free port; with a market it takes that for the Messages API. */
export function serve(place, words = [], market = undefined) {
  const state = { XDG_STATE_HOME: join(place.folder, "state") };
  const env = environment({ ...state, ...(market && { ANTHROPIC_BASE_URL: market.url, ANTHROPIC_API_KEY: "of-no-account" }) });
  const port = words.includes("--port") ? [] : ["--port", "0"];
  return start(["serve", ...port, ...words], place.folder, env);
}

/** The simulated market over HTTP, whose answers take so long. */
export function slowMarket(place, milliseconds) {
  return start(["market", "--port", "0", "--latency-ms", `${milliseconds}`], place.folder, environment());
}

/** A request as no browser would send it. */
export function ask(url, { method = "GET", headers = {}, body = "" } = {}) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part) => (text += part));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** A page on which nothing may go wrong unnoticed: errors, dialogs and violations of the policy are kept in `faults`. */
export async function openPage(browser, { dark = false, phone = false, tablet = false } = {}) {
  const page = await browser.newPage();
  const desk = tablet ? { width: 768, height: 1024 } : { width: 1440, height: 900 };
  await page.setViewport(phone ? { width: 390, height: 844, isMobile: true } : desk);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(`error: ${error.message}`));
  page.on("dialog", async (dialog) => {
    page.faults.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on("console", (line) => {
    if (line.type() === "error") page.faults.push(`console: ${line.text()}`);
  });
  await page.exposeFunction("noteViolation", (text) => page.faults.push(`policy: ${text}`));
  await page.evaluateOnNewDocument(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      window.noteViolation(`${event.effectiveDirective} ${event.blockedURI}`);
    });
  });
  return page;
}

export const text = (page) => page.evaluate(() => document.body.innerText);

/** Presses what leads to another page, and waits for that. At once: a page that follows a run may redraw a button at any time. */
export async function press(page, selector) {
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.$eval(selector, (element) => element.click())]);
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until this is true of the page, which leads on by itself. */
export async function waitFor(page, what, asked, seconds = 120) {
  const until = Date.now() + seconds * 1000;
  while (Date.now() < until) {
    // Of a page that is just being left nothing is true.
    if (await page.evaluate(asked).catch(() => false)) return;
    await pause(100);
  }
  throw new Error(`${what} never came on ${page.url()}:\n${await text(page)}`);
}

const standing = (word) => `document.querySelector("#live-state .pill")?.textContent === ${JSON.stringify(word)}`;

/** Waits until the run that the page follows is that far: `under way`, `interrupted` or `finished`. */
export const waitForStanding = (page, word) => waitFor(page, word, standing(word));
