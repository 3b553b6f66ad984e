// axe-core on every kind of page, light and dark, on a desk, a tablet and a phone; nothing is wider than the window or moves.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import {
  ADOPTED,
  FIRST,
  LINEAGE,
  openBrowser,
  openPage,
  place,
  press,
  serve,
  SLOW_MODEL,
  slowMarket,
  waitFor,
  waitForStanding,
} from "./support.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const here = place();
let browser, market, site, open;
let paths = [];

before(async () => {
  here.run("improve", "--results-file", FIRST, "--model", "market", "--calls", "1000", "--cycles", "2");
  here.run("evaluate", "--persona-file", "b2b_saas_personas_eval", "--model", "market", "--ungrounded", "keep");
  here.run("report", ADOPTED, "-o", "report.html");
  market = await slowMarket(here, 60);
  site = await serve(here, [], market);
  open = await serve(here, ["--listen", "127.0.0.1", "--token"]);
  browser = await openBrowser();
  const page = await openPage(browser);
  await page.goto(`${site.url}/prompts/new`);
  await page.type("#name", "by-hand");
  await page.type("#prompt", "We sell tea to offices. Write three sentences.");
  await press(page, "#save");
  await page.goto(`${site.url}/prompts/new`);
  await page.type("#name", "tea-room.judge");
  await page.type("#prompt", "You run a tea room. Say yes to tea.");
  await press(page, "#save");
  await page.goto(`${site.url}/live`);
  const runs = await page.$$eval('a[href^="/live/"]', (links) => links.map((link) => link.getAttribute("href")));
  await page.close();
  paths = [
    "/",
    "/?q=nothing-of-this-name",
    `/lineage/${LINEAGE}`,
    `/lineage/${LINEAGE}/people`,
    `/lineage/${LINEAGE}/people?who=aside`,
    `/run/${FIRST}`,
    `/run/${ADOPTED}`,
    `/run/${ADOPTED}?said=no&page=2`,
    `/run/${ADOPTED}?flipped=any`,
    `/run/${ADOPTED}?flagged=1`,
    `/run/${ADOPTED}?failed=1`,
    `/run/${ADOPTED}/persona/1`,
    "/compare",
    `/compare?a=${FIRST}&b=${ADOPTED}`,
    "/live",
    ...runs,
    "/prompts",
    "/prompts/new",
    "/prompts/by-hand",
    "/prompts/tea-room.judge",
    "/personas",
    "/personas/b2b_saas_personas_eval",
    "/personas/new",
    "/evaluate",
    "/check",
    "/leads",
    "/campaigns",
    "/improve",
    `/improve?run=${ADOPTED}`,
    `/challenger?run=${ADOPTED}`,
    "/nowhere",
  ];
});

after(async () => {
  await browser?.close();
  for (const server of [site, open, market]) await server?.stop();
  here.remove();
});

/** What axe finds, one line each. */
async function violations(page) {
  // Evaluated by the browser's own tools, which the page's policy does not bind.
  const client = await page.createCDPSession();
  await client.send("Runtime.evaluate", { expression: AXE });
  const { result, exceptionDetails } = await client.send("Runtime.evaluate", {
    expression: `axe.run(document, { resultTypes: ["violations"] }).then((found) => found.violations.flatMap((own) =>
      own.nodes.map((node) => own.id + ": " + node.target.join(" ") + " " + node.failureSummary.replace(/\\s+/g, " "))))`,
    awaitPromise: true,
    returnByValue: true,
  });
  assert.equal(exceptionDetails, undefined);
  await client.detach();
  return result.value;
}

/** No violation, and no sideways scrolling. */
async function isClean(page, name) {
  assert.deepEqual(await violations(page), [], name);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name} is ${wide} pixels wider than the window`);
}

test("axe would find a picture without a text, and a wide page is seen as one", async () => {
  const page = await openPage(browser, { phone: true });
  await page.goto(`${site.url}/`);
  await page.evaluate(() => document.querySelector("main").append(document.createElement("img")));
  assert.match((await violations(page)).join("\n"), /image-alt/);
  await page.goto(`${site.url}/`);
  await page.evaluate(() => document.querySelector("main").append("x".repeat(400)));
  await assert.rejects(isClean(page, "the page"), /wider than the window/);
  await page.close();
});

for (const dark of [false, true]) {
  for (const device of ["desk", "tablet", "phone"]) {
    const [phone, tablet] = [device === "phone", device === "tablet"];
    const how = `${dark ? "dark" : "light"}, on a ${device}`;

    test(`axe finds nothing on any page, ${how}`, async () => {
      const page = await openPage(browser, { dark, phone, tablet });
      for (const path of paths) {
        await page.goto(`${site.url}${path}`);
        await isClean(page, path);
      }
      await page.goto(`${open.url}/`);
      await isClean(page, "the page that asks for the token");
      await page.close();
    });

    test(`axe finds nothing in a report, ${how}`, async () => {
      const page = await openPage(browser, { dark, phone, tablet });
      await page.goto(pathToFileURL(join(here.folder, "report.html")).href);
      await isClean(page, "the report");
      assert.deepEqual(page.faults, []);
      await page.close();
    });
  }
}

test("axe finds nothing while a run is estimated and under way, and nothing moves", async () => {
  const page = await openPage(browser, { phone: true });
  await page.evaluateOnNewDocument(() => {
    window.moved = 0;
    window.movers = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        window.moved += entry.value;
        window.movers.push(...entry.sources.map((own) => own.node?.id || own.node?.outerHTML?.slice(0, 80)));
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(`${site.url}/improve?run=${FIRST}`);
  await page.type("#model", SLOW_MODEL);
  await page.click("details.more summary");
  await page.type("#calls", "500");
  await press(page, "#estimate");
  await isClean(page, "the estimate");
  await press(page, "#start");
  await waitForStanding(page, "under way");
  await waitFor(page, "progress", () => document.querySelector("#live-progress progress") !== null);
  // The page is read in between by axe, which touches nothing.
  await isClean(page, "a run under way");
  await waitFor(page, "the race", () => document.querySelector("#live-race table") !== null);
  await isClean(page, "the race");
  await waitForStanding(page, "finished");
  await isClean(page, "a run that is over");
  const { moved, movers } = await page.evaluate(() => ({ moved: window.moved, movers: [...new Set(window.movers)] }));
  assert.ok(moved < 0.1, `${moved}: ${movers.join(", ")}`);
  assert.deepEqual(page.faults, []);
  await page.close();
});

test("all can be read without script", async () => {
  const page = await openPage(browser);
  await page.setJavaScriptEnabled(false);
  for (const path of paths) {
    const answer = await page.goto(`${site.url}${path}`);
    assert.ok(path === "/nowhere" ? answer.status() === 404 : answer.ok(), `${path}: ${answer.status()}`);
  }
  await page.close();
});
