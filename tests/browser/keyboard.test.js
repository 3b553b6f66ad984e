// Everything by the keyboard alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { FIRST, openBrowser, openPage, place, serve, text, waitForStanding } from "./support.js";

const here = place();
let browser, site;

before(async () => {
  site = await serve(here);
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await site?.stop();
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
  for (let presses = 0; presses < 80; presses += 1) {
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
