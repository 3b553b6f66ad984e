// How pages and reports look: the first screen, on paper, and in another browser.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { ADOPTED, FIRST, LINEAGE, openBrowser, openPage, place, serve, text } from "./support.js";

const here = place();
let browser, site, report, reportOfFirst;

before(async () => {
  here.run("improve", "--results-file", FIRST, "--model", "market", "--calls", "1000");
  here.run("report", ADOPTED, "-o", "report.html");
  here.run("report", FIRST, "-o", "first.html");
  const url = (name) => pathToFileURL(join(here.folder, name)).href;
  [report, reportOfFirst] = [url("report.html"), url("first.html")];
  site = await serve(here);
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await site?.stop();
  here.remove();
});

for (const [width, height] of [[1440, 900], [390, 844]]) {
  test(`what happened, what changed and what to do next stand in a report's first screen at ${width} pixels`, async () => {
    const page = await openPage(browser);
    await page.setViewport({ width, height });
    for (const [url, changed, next] of [
      [report, /^What changed: ./, /rejoinder export /],
      [reportOfFirst, /^What changed: nothing yet/, /rejoinder improve /],
    ]) {
      await page.goto(url);
      const seen = await page.evaluate(() =>
        [".masthead .verdict", ".masthead .changed", ".masthead .next"].map((place) => {
          const found = document.querySelector(place);
          const box = found?.getBoundingClientRect();
          return { place, text: found?.innerText, isIn: Boolean(box) && box.top >= 0 && box.bottom <= window.innerHeight };
        }),
      );
      for (const { place, isIn } of seen) assert.ok(isIn, `${place} is not in the first screen of ${url}`);
      assert.match(seen[1].text, changed);
      assert.match(seen[2].text, next);
    }
    await page.close();
  });
}

/** What is wider than the paper, or cut by something around it. */
const cut = (page) =>
  page.evaluate(() => {
    const isShown = (own) => own.checkVisibility?.() !== false && own.getBoundingClientRect().width > 0;
    const isHidden = (own) => own.closest(".sr, .skip, [aria-hidden=true], svg") !== null;
    const isWide = (own) => own.getBoundingClientRect().right > document.documentElement.clientWidth + 1;
    const isCut = (own) => own.clientWidth > 0 && own.scrollWidth > own.clientWidth + 1;
    const all = [...document.querySelectorAll("body *")].filter((own) => isShown(own) && !isHidden(own));
    return all.filter((own) => isWide(own) || isCut(own)).map((own) => own.outerHTML.slice(0, 120));
  });

test("on paper there is no navigation, nothing to press and nothing cut, on pages and in a report", async () => {
  const page = await openPage(browser);
  // A4 between margins of 16 mm.
  await page.setViewport({ width: 673, height: 1000 });
  await page.emulateMediaType("print");
  const pages = ["/", `/lineage/${LINEAGE}`, `/lineage/${LINEAGE}/people`, `/run/${ADOPTED}`, `/compare?a=${FIRST}&b=${ADOPTED}`];
  for (const url of [...pages.map((path) => `${site.url}${path}`), report]) {
    await page.goto(url);
    const toPress = await page.evaluate(() =>
      [...document.querySelectorAll("header.site, nav, button, input, select, .contents, .skip")]
        .filter((own) => own.checkVisibility())
        .map((own) => own.outerHTML.slice(0, 80)),
    );
    assert.deepEqual(toPress, [], url);
    assert.deepEqual(await cut(page), [], url);
    assert.ok((await text(page)).length > 300, `${url} is empty on paper`);
  }
  // What is folded away on the screen is on the paper.
  const folded = await page.evaluate(() => {
    const closed = document.querySelector("details:not([open]) > :not(summary)");
    return closed === null || closed.getBoundingClientRect().height > 0;
  });
  assert.ok(folded, "the texts of a report are printed");
  await page.close();
});

test("a report and its print would be found wanting where a line is too long", async () => {
  const page = await openPage(browser);
  await page.setViewport({ width: 673, height: 1000 });
  await page.emulateMediaType("print");
  await page.goto(report);
  await page.evaluate(() => {
    const line = document.createElement("p");
    line.style.cssText = "white-space: nowrap; overflow-wrap: normal; max-width: none";
    line.textContent = "x".repeat(400);
    document.querySelector("main").append(line);
  });
  assert.notDeepEqual(await cut(page), []);
  await page.close();
});

/** Firefox, where this machine has it: the one that FIREFOX names, or one in the path. */
function firefoxPath() {
  const named = process.env.FIREFOX;
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(`FIREFOX names ${named}, which is not there`);
  }
  const names = ["firefox", "firefox-esr"];
  const paths = (process.env.PATH ?? "").split(":").flatMap((folder) => names.map((name) => join(folder, name)));
  return [...paths, "/Applications/Firefox.app/Contents/MacOS/firefox"].find((path) => existsSync(path));
}

const firefox = firefoxPath();
const skip = firefox === undefined && "there is no Firefox here; Debian has it as firefox-esr, or name one in FIREFOX";

test("Firefox shows every page and a report whole, and follows a run to its end", { skip, timeout: 180_000 }, async () => {
  const other = await puppeteer.launch({ browser: "firefox", executablePath: firefox, headless: true });
  try {
    const page = await other.newPage();
    const faults = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (line) => line.type() === "error" && faults.push(line.text()));
    for (const width of [1440, 390]) {
      await page.setViewport({ width, height: 900 });
      const pages = ["/", `/lineage/${LINEAGE}`, `/lineage/${LINEAGE}/people`, `/run/${ADOPTED}`, "/live", "/evaluate", "/leads"];
      for (const url of [...pages.map((path) => `${site.url}${path}`), report]) {
        await page.goto(url);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `${url} is ${wide} pixels wider than the window of ${width}`);
        assert.ok((await text(page)).length > 200, url);
      }
    }
    await page.setViewport({ width: 1440, height: 900 });
    await page.goto(`${site.url}/evaluate?personas=b2b_saas_personas_eval&messages=1&model=market`);
    await Promise.all([page.waitForNavigation(), page.click("#estimate")]);
    await Promise.all([page.waitForNavigation(), page.click("#start")]);
    await page.waitForFunction(() => document.querySelector("#live-state .pill")?.textContent === "finished", { timeout: 60_000 });
    assert.deepEqual(faults, []);
  } finally {
    await other.close();
  }
});
