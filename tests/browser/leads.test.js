// The way from a file of leads to the file of a sending tool, in a real browser.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openBrowser, openPage, place, press, serve, text } from "./support.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
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

/** Axe finds nothing, and the page is no wider than the window. */
async function isClean(page) {
  const client = await page.createCDPSession();
  await client.send("Runtime.evaluate", { expression: AXE });
  const { result } = await client.send("Runtime.evaluate", {
    expression: `axe.run(document, { resultTypes: ["violations"] }).then((found) => found.violations.flatMap((own) =>
      own.nodes.map((node) => own.id + ": " + node.target.join(" ") + " " + node.failureSummary)))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await client.detach();
  assert.deepEqual(result.value, [], page.url());
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${page.url()} is ${wide} pixels too wide`);
}

for (const phone of [false, true]) {
  test(`a file is sent, mapped, imported, written to and downloaded, ${phone ? "on a phone" : "on a desk"}`, async () => {
    const name = phone ? "autumn" : "spring";
    const page = await openPage(browser, { phone, dark: phone });
    const file = join(here.folder, `${name}.csv`);
    writeFileSync(
      file,
      "First Name,Position held,Email\nAda,CTO,ada@x.example\nBob,<img src=x onerror=alert(1)>,bob@y.example\n,,\n",
    );
    await page.goto(`${site.url}/leads`);
    await isClean(page);
    await (await page.$("#file")).uploadFile(file);
    await press(page, "#upload");
    assert.match(await text(page), /Nothing is stored yet[\s\S]*ada@x\.example/);
    await isClean(page);
    const ofHeader = (all) => all.find((own) => own.text === "Position held").value;
    const column = await page.$$eval("#map_title option", ofHeader);
    await page.select("#map_title", column);
    await press(page, "#again");
    assert.equal(await page.$eval("#map_title", (own) => own.selectedOptions[0].text), "Position held");
    assert.equal(await page.$eval("#name", (own) => own.value), name);
    await press(page, "#import");
    assert.match(await text(page), new RegExp(`Imported: ${name}`));
    await isClean(page);
    assert.match(here.read(`leads/${name}.jsonl`), /"title":"CTO"/);

    here.run("write", "--leads", name, "--steps", "2", "--model", "market");
    await page.goto(`${site.url}/campaigns`);
    await isClean(page);
    await press(page, `a[href="/campaigns/${name}"]`);
    assert.match(await text(page), /written to 2 leads[\s\S]*ada@x\.example[\s\S]*Step 2/i);
    await isClean(page);
    const download = await page.$eval('#downloads a[href$="instantly.csv"]', (link) => link.href);
    const given = await page.evaluate(async (url) => (await fetch(url)).text(), download);
    assert.match(given, /^email,first_name[\s\S]*subject_2,body_2[\s\S]*ada@x\.example/);
    assert.deepEqual(page.faults, []);
    await page.close();
  });
}
