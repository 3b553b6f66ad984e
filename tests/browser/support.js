// A dashboard of its own with a copy of the project's data, and a browser to look at it with.
import { spawn, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const PROGRAM = process.env.REJOINDER_BIN ?? join(ROOT, "target/debug/rejoinder");
export const FIRST = "b2b_saas_personas_train_results_20250802_144126";

/** Nobody's keys or settings reach a test. */
function environment() {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(REJOINDER_|ANTHROPIC_|OPENAI_|SOURCE_DATE_EPOCH)/.test(name),
  );
  return Object.fromEntries(kept);
}

/** The browser of this machine: CHROMIUM, or what is in the path. */
function browserPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const folder of (process.env.PATH ?? "").split(":")) {
    for (const name of ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]) {
      if (existsSync(join(folder, name))) return join(folder, name);
    }
  }
  throw new Error("no Chromium in the path; run ./scripts/test, or name one in CHROMIUM");
}

export async function openBrowser() {
  return puppeteer.launch({
    executablePath: browserPath(),
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
}

/** A folder with the data that the project ships. */
export function place() {
  const folder = mkdtempSync(join(tmpdir(), "rejoinder-browser-"));
  cpSync(join(ROOT, "data/personas"), join(folder, "data/personas"), {
    recursive: true,
    filter: (path) => !path.endsWith(".json") || /b2b_saas_personas_(train|eval)\.json$/.test(path),
  });
  cpSync(join(ROOT, `data/results/${FIRST}.json`), join(folder, `data/results/${FIRST}.json`));
  return {
    folder,
    run: (...words) =>
      execFileSync(PROGRAM, words, { cwd: folder, env: environment(), stdio: ["ignore", "pipe", "pipe"] }).toString(),
    results: () => readdirSync(join(folder, "data/results")).filter((name) => name.endsWith(".json")),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** `rejoinder serve` on a free port. */
export async function serve(place, ...words) {
  const child = spawn(PROGRAM, ["serve", "--port", "0", ...words], {
    cwd: place.folder,
    env: environment(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said = await new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (bytes) => {
      text += bytes;
      if (text.includes("\n")) resolve(text);
    });
    child.on("exit", (code) => reject(new Error(`serve ended with ${code}: ${text}`)));
  });
  const url = said.match(/http:\/\/[^\s/]+/)[0];
  const stop = () =>
    new Promise((resolve) => {
      if (child.exitCode !== null) return resolve();
      child.on("exit", resolve);
      child.kill("SIGKILL");
    });
  return { url, said, stop };
}

/** A page on which nothing may go wrong unnoticed: errors, dialogs and violations of the policy are kept in `faults`. */
export async function openPage(browser, { dark = false, phone = false } = {}) {
  const page = await browser.newPage();
  await page.setViewport(phone ? { width: 390, height: 844, isMobile: true } : { width: 1280, height: 900 });
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
  return page;
}

export const text = (page) => page.evaluate(() => document.body.innerText);

/** Presses what leads to another page, and waits for that. */
export async function press(page, selector) {
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click(selector)]);
}

/** Waits until the page, which leads on by itself, shows these words. */
export async function waitForWords(page, words, seconds = 90) {
  const until = Date.now() + seconds * 1000;
  while (Date.now() < until) {
    // A page that is just being left has no words.
    const shown = await text(page).catch(() => "");
    if (shown.includes(words)) return shown;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${words} never came on ${page.url()}:\n${await text(page)}`);
}
