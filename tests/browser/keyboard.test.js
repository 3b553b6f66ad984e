// Everything by the keyboard alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  ADOPTED,
  FIRST,
  LINEAGE,
  openBrowser,
  openPage,
  place,
  ROOT,
  serve,
  SLOW_MODEL,
  slowMarket,
  text,
  waitFor,
  waitForStanding,
} from "./support.js";

const here = place();
let browser, market, site;

before(async () => {
  here.run("improve", "--results-file", FIRST, "--model", "market", "--calls", "1000");
  // A real model is told what is offered.
  mkdirSync(join(here.folder, "data/prompts"), { recursive: true });
  here.write("prompts/offer.md", readFileSync(join(ROOT, "prompts/sample_offer.md"), "utf8"));
  market = await slowMarket(here, 80);
  site = await serve(here, [], market);
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await site?.stop();
  await market?.stop();
  here.remove();
});

/** What has the focus, and whether that can be seen. */
const focused = (page) =>
  page.evaluate(() => {
    const own = document.activeElement;
    const style = getComputedStyle(own);
    const box = own.getBoundingClientRect();
    return {
      name: own.outerHTML.slice(0, 160),
      ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
      inView: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0,
    };
  });

/** Presses Tab until this has the focus; on the way every place can be seen. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 150; presses += 1) {
    await page.keyboard.press("Tab");
    const here = await focused(page);
    assert.ok(here.ring && here.inView, `${here.name}: ring ${here.ring}, in view ${here.inView}`);
    if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) return;
  }
  assert.fail(`${selector} cannot be reached on ${page.url()}`);
}

const enter = (page) => Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.keyboard.press("Enter")]);

test("the first Tab of every page leads past the navigation", async () => {
  const page = await openPage(browser);
  for (const path of ["/", `/run/${FIRST}`, "/live", "/evaluate", "/prompts/new"]) {
    await page.goto(`${site.url}${path}`);
    await page.keyboard.press("Tab");
    const skip = await focused(page);
    assert.match(skip.name, /Skip to the content/, path);
    assert.ok(skip.ring && skip.inView, path);
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main", path);
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.activeElement.closest("main") !== null), `${path}: the next is in it`);
  }
  assert.deepEqual(page.faults, []);
  await page.close();
});

for (const dark of [false, true]) {
  test(`where the focus is can be seen at every place of a page, ${dark ? "dark" : "light"}`, async () => {
    const page = await openPage(browser, { dark });
    for (const path of ["/", `/run/${FIRST}`, `/improve?run=${FIRST}`]) {
      await page.goto(`${site.url}${path}`);
      let places = 0;
      for (; places < 40; places += 1) {
        await page.keyboard.press("Tab");
        const here = await focused(page);
        // After the last place comes the browser's own.
        if (here.name.startsWith("<body")) break;
        assert.ok(here.ring && here.inView, `${path}: ${here.name}`);
      }
      assert.ok(places > 12, `${path}: ${places} places`);
    }
    await page.close();
  });
}

test("a run is filled in, estimated, started and opened without a mouse", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/`);
  await tabTo(page, 'a[href="/evaluate"]');
  await enter(page);
  await tabTo(page, "#personas");
  await page.keyboard.type("b2b");
  assert.match(await page.$eval("#personas", (own) => own.value), /^b2b_saas_personas_/);
  await tabTo(page, "#messages");
  await page.keyboard.type("1");
  await tabTo(page, "#model");
  await page.keyboard.type("market");
  // Escape closes what the browser proposes.
  await page.keyboard.press("Escape");
  await enter(page);
  assert.match(await text(page), /What it would take/);
  await tabTo(page, "#start");
  await enter(page);
  await waitForStanding(page, "finished");
  await tabTo(page, "#live-actions a.button");
  await enter(page);
  assert.match(page.url(), /\/run\//);
  assert.deepEqual(page.faults, []);
  await page.close();
});

/** The chooser of the file field that has the focus. On a busy machine the browser now and then misses the first Enter. */
async function chooserByEnter(page) {
  for (let left = 5; ; left -= 1) {
    try {
      const waiting = page.waitForFileChooser({ timeout: 5000 });
      const [chooser] = await Promise.all([waiting, page.keyboard.press("Enter")]);
      return chooser;
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

test("leads are imported without a mouse", async () => {
  const page = await openPage(browser);
  const file = join(here.folder, "spring.csv");
  writeFileSync(file, "First Name,Position held,Email\nAda,CTO,ada@x.example\nBob,CFO,bob@y.example\n");
  await page.goto(`${site.url}/leads`);
  await tabTo(page, "#file");
  const chooser = await chooserByEnter(page);
  await chooser.accept([file]);
  await tabTo(page, "#upload");
  await enter(page);
  assert.match(await text(page), /Nothing is stored yet/);
  await tabTo(page, "#map_title");
  await page.keyboard.type("Position");
  await tabTo(page, "#again");
  await enter(page);
  assert.equal(await page.$eval("#map_title", (own) => own.selectedOptions[0].text), "Position held");
  await tabTo(page, "#import");
  await enter(page);
  assert.match(await text(page), /Imported: spring/);
  assert.match(here.read("leads/spring.jsonl"), /"title":"CTO"/);
  await page.close();
});

test("two runs are compared without a mouse", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/compare`);
  await tabTo(page, "#a");
  await page.keyboard.type(FIRST);
  await tabTo(page, "#b");
  await page.keyboard.type(ADOPTED);
  await tabTo(page, 'form[action="/compare"] button');
  await enter(page);
  assert.match(page.url(), new RegExp(`a=${FIRST}&b=${ADOPTED}`));
  assert.match(await text(page), /Change, paired by persona/i);
  await page.close();
});

test("a decision is disagreed with without a mouse", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/run/${ADOPTED}/persona/1`);
  await tabTo(page, "details.more summary");
  await page.keyboard.press("Enter");
  await tabTo(page, "#who-1-1");
  await page.keyboard.type("Ada");
  await tabTo(page, 'form.opinion button[value="wrong"]');
  await enter(page);
  assert.match(await text(page), /Ada disagrees with the decision/);
  assert.match(here.read(`opinions/${ADOPTED}.json`), /Ada/);
  await page.close();
});

test("a prompt is edited as a candidate, and its run stopped, without a mouse", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/run/${FIRST}`);
  await tabTo(page, `a[href="/challenger?run=${FIRST}"]`);
  await enter(page);
  await tabTo(page, "#prompt");
  await page.keyboard.down("Control");
  await page.keyboard.press("End");
  await page.keyboard.up("Control");
  await page.keyboard.type("\n- Quote the figure from the value proposition.");
  await tabTo(page, "#save");
  await enter(page);
  assert.match(page.url(), /\/improve\?/);
  await tabTo(page, "#model");
  await page.keyboard.type(SLOW_MODEL);
  await page.keyboard.press("Escape");
  await enter(page);
  assert.match(await text(page), /--challenger/);
  await tabTo(page, "#start");
  await enter(page);
  await waitForStanding(page, "under way");
  await waitFor(page, "the button", () => document.querySelector("#live-actions button") !== null);
  await tabTo(page, "#live-actions button");
  await enter(page);
  await waitForStanding(page, "interrupted");
  await page.close();
});

test("a lineage is named and archived without a mouse", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/lineage/${LINEAGE}`);
  await tabTo(page, "#title summary");
  await page.keyboard.press("Enter");
  await tabTo(page, "#title-name");
  await page.keyboard.type("Tea for offices");
  await tabTo(page, "#title-archived");
  await page.keyboard.type("Arch");
  await tabTo(page, "#title button");
  await enter(page);
  assert.equal(await page.$eval("h1", (own) => own.textContent), "Tea for offices");
  await page.goto(`${site.url}/`);
  assert.doesNotMatch(await text(page), /Tea for offices/);
  await tabTo(page, 'a[href="/?archived=1"]');
  await enter(page);
  assert.match(await text(page), /Tea for offices/);
  await page.close();
});

test("the slash leads to the search, n and p from page to page, and letters in a field stay letters", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/`);
  await page.keyboard.press("/");
  await page.keyboard.type("np/");
  assert.deepEqual(
    await page.evaluate(() => [document.activeElement.id, document.activeElement.value]),
    ["search", "np/"],
  );
  await page.goto(`${site.url}/run/${FIRST}`);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("n")]);
  assert.match(page.url(), /page=2/);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("p")]);
  assert.doesNotMatch(page.url(), /page=2/);
  await page.close();
});
