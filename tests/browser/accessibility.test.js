// axe-core on every kind of page, light and dark, on a desk and on a phone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { FIRST, openBrowser, openPage, place, serve } from "./support.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const here = place();
let browser, site;
let paths = [];

before(async () => {
  here.run("improve", "--results-file", FIRST, "--model", "market", "--calls", "600", "--cycles", "2");
  here.run("evaluate", "--persona-file", "b2b_saas_personas_eval", "--model", "market");
  site = await serve(here);
  browser = await openBrowser();
  const page = await openPage(browser);
  await page.goto(`${site.url}/live`);
  const run = await page.$eval('a[href^="/live/"]', (link) => link.getAttribute("href"));
  await page.close();
  const later = here.results().find((name) => name.includes("improvement_run_v1")).replace(".json", "");
  paths = [
    "/",
    "/?q=nothing-of-this-name",
    "/lineage/b2b_saas_personas_train_results",
    `/run/${later}`,
    `/run/${later}?said=no&page=2`,
    `/run/${later}?failed=1`,
    `/run/${later}/persona/1`,
    `/compare?a=${FIRST}&b=${later}`,
    "/live",
    run,
    "/prompts",
    "/prompts/new",
    "/personas",
    "/personas/new",
    "/evaluate",
    `/improve?run=${later}`,
    `/challenger?run=${later}`,
    "/nowhere",
  ];
});

after(async () => {
  await browser?.close();
  await site?.stop();
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

test("axe would find a picture without a text", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/`);
  await page.evaluate(() => document.querySelector("main").append(document.createElement("img")));
  assert.match((await violations(page)).join("\n"), /image-alt/);
  await page.close();
});

for (const dark of [false, true]) {
  for (const phone of [false, true]) {
    test(`axe finds nothing, ${dark ? "dark" : "light"}, ${phone ? "on a phone" : "on a desk"}`, async () => {
      const page = await openPage(browser, { dark, phone });
      for (const path of paths) {
        await page.goto(`${site.url}${path}`);
        assert.deepEqual(await violations(page), [], path);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok(wide <= 0, `${path} is ${wide} pixels wider than the window`);
      }
      await page.close();
    });
  }
}

test("all can be read without script", async () => {
  const page = await openPage(browser);
  await page.setJavaScriptEnabled(false);
  for (const path of paths) {
    const answer = await page.goto(`${site.url}${path}`);
    assert.ok(path === "/nowhere" ? answer.status() === 404 : answer.ok(), `${path}: ${answer.status()}`);
  }
  await page.close();
});

test("nothing on the page of a run moves while it is read", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}${paths[9]}`);
  const moved = await page.evaluate(
    () =>
      new Promise((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => (sum += entry.value))).observe({
          type: "layout-shift",
          buffered: true,
        });
        setTimeout(() => resolve(sum), 1500);
      }),
  );
  assert.ok(moved < 0.1, `${moved}`);
  await page.close();
});
