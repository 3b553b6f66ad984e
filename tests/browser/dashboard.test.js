// What a person does in the dashboard, in a real browser, on the simulated market.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { FIRST, openBrowser, openPage, place, press, serve, text, waitForWords } from "./support.js";

const here = place();
let browser, site;

before(async () => {
  here.run("improve", "--results-file", FIRST, "--model", "market", "--calls", "600", "--cycles", "2");
  site = await serve(here);
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await site?.stop();
  here.remove();
});

test("a first run is estimated, started, watched to its end and opened, all from the page", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/evaluate`);
  await page.select("#personas", "b2b_saas_personas_eval");
  await page.type("#messages", "2");
  await page.type("#model", "market");
  const there = here.results().length;
  await press(page, "#estimate");
  assert.match(await text(page), /Nothing has been sent[\s\S]*messages/);
  assert.equal(here.results().length, there, "nothing was started before it was asked for");
  await press(page, "#start");
  await waitForWords(page, "finished");
  assert.match(page.url(), /\/live\//);
  assert.equal(here.results().length, there + 1);
  await press(page, "#live-actions a.button");
  assert.match(await text(page), /simulated/);
  assert.deepEqual(page.faults, []);
  await page.close();
});

test("trials are filtered by address, and a persona that flipped shows both messages side by side", async () => {
  const page = await openPage(browser);
  const adopted = here.results().find((name) => name.includes("improvement_run_v1"));
  await page.goto(`${site.url}/run/${adopted.replace(".json", "")}`);
  const all = await page.$$eval("article.trial", (found) => found.length);
  assert.ok(all > 0);
  // Choosing is enough where there is script; without it there is a button.
  await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.select("#said", "no")]);
  assert.match(page.url(), /said=no/);
  const verdicts = await page.$$eval("article.trial .pill", (pills) => pills.map((pill) => pill.textContent.trim()));
  assert.ok(verdicts.length > 0 && verdicts.every((words) => !/^yes/i.test(words)), verdicts.join(", "));
  await page.goto(`${site.url}/run/${adopted.replace(".json", "")}?flipped=any`);
  await press(page, "article.trial h3 a");
  assert.match(page.url(), /\/persona\/\d+/);
  const shown = await page.$$eval("blockquote", (found) => found.length);
  assert.ok(shown >= 2, `${shown} messages`);
  assert.deepEqual(page.faults, []);
  await page.close();
});

test("the table of messages is downloaded as CSV", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/run/${FIRST}`);
  const href = await page.$eval('a[href$="messages.csv"]', (link) => link.href);
  const csv = await page.evaluate(async (href) => {
    const answer = await fetch(href);
    return { kind: answer.headers.get("content-disposition"), body: await answer.text() };
  }, href);
  assert.match(csv.kind, /attachment/);
  const exported = here.run("export", FIRST, "--format", "csv");
  assert.equal(csv.body, exported);
  await page.close();
});

test("a prompt that is edited by hand becomes a challenger and is tested like any other", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/challenger?run=${FIRST}`);
  await page.focus("#prompt");
  await page.$eval("#prompt", (area) => {
    area.value += "\n\nInstructions:\n- Quote the figure from the value proposition.\n- Keep it under 110 words.\n";
  });
  await press(page, "#save");
  assert.match(page.url(), /\/improve\?/);
  await page.type("#model", "market");
  await page.$eval("details.more", (details) => (details.open = true));
  await page.type("#calls", "500");
  await press(page, "#estimate");
  assert.match(await text(page), /--challenger/);
  await press(page, "#start");
  const shown = await waitForWords(page, "finished");
  assert.match(shown, /Verdict: /);
  assert.match(shown, /The search/);
  assert.deepEqual(page.faults, []);
  await page.close();
});

test("two runs are laid side by side", async () => {
  const page = await openPage(browser);
  const later = here.results().find((name) => name.includes("improvement_run_v1")).replace(".json", "");
  await page.goto(`${site.url}/compare?a=${FIRST}&b=${later}`);
  assert.match(await text(page), /95% interval/);
  await page.close();
});

test("all can be reached and sent by the keyboard alone, and where the focus is can be seen", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/`);
  await page.keyboard.press("Tab");
  const skip = await page.evaluate(() => document.activeElement.getAttribute("href"));
  assert.match(skip, /^#/);
  for (let presses = 0; presses < 12; presses += 1) {
    const seen = await page.evaluate(() => {
      const style = getComputedStyle(document.activeElement);
      return style.outlineStyle !== "none" || style.boxShadow !== "none";
    });
    assert.ok(seen, await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200)));
    await page.keyboard.press("Tab");
  }
  await page.goto(`${site.url}/evaluate`);
  await page.select("#personas", "b2b_saas_personas_eval");
  await page.type("#model", "market");
  await page.focus("#estimate");
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.match(await text(page), /What it would take/);
  await page.close();
});

test("text that would like to be markup or script stays text on every page that shows it", async () => {
  const name = "hostile_results_20250101_000000";
  const evil = `<script>alert("in")</script><img src=x onerror=alert(1)> \u001b[31mred\u001b[0m </blockquote>javascript:alert(2)`;
  const file = JSON.parse(readFileSync(join(here.folder, `data/results/${FIRST}.json`), "utf8"));
  file.metadata.system_prompt = `${evil} prompt`;
  for (const entry of file.results) {
    for (const judged of entry.messages) {
      judged.message = `${evil} message`;
      judged.decision.reasoning = `${evil} reasoning`;
    }
  }
  file.results[0].persona = `${evil} persona`;
  writeFileSync(join(here.folder, `data/results/${name}.json`), JSON.stringify(file));
  const page = await openPage(browser);
  for (const path of [`/run/${name}`, `/run/${name}/persona/1`, "/lineage/hostile_results", "/", `/challenger?run=${name}`]) {
    await page.goto(`${site.url}${path}`);
    const found = await page.evaluate(() => document.querySelectorAll("img, script:not([src^='/assets/'])").length);
    assert.equal(found, 0, path);
  }
  await page.goto(`${site.url}/run/${name}/persona/1`);
  assert.match(await text(page), /<script>alert\("in"\)<\/script>/);
  assert.deepEqual(page.faults, []);
  await page.close();
});

test("a page of somebody else's cannot act in the visitor's name", async () => {
  const page = await openPage(browser);
  // Another origin on this machine: the same server under another name for it.
  await page.goto(site.url.replace("127.0.0.1", "localhost"));
  const statuses = await page.evaluate(async (url) => {
    const post = (body) =>
      fetch(`${url}/start`, { method: "POST", body: new URLSearchParams(body), credentials: "include" })
        .then((answer) => answer.status)
        .catch(() => "refused");
    return { elsewhere: await post({ job: "evaluate", csrf: "guess" }) };
  }, site.url);
  // The policy of our own page already forbids it.
  assert.equal(statuses.elsewhere, "refused");
  await page.goto(`${site.url}/evaluate`);
  const without = await page.evaluate(async () => {
    const body = new URLSearchParams({ job: "evaluate", personas: "b2b_saas_personas_eval", model: "market" });
    return (await fetch("/start", { method: "POST", body })).status;
  });
  assert.equal(without, 403);
  await page.close();
});

test("from other machines nothing is shown without the token", async () => {
  const open = await serve(here, "--listen", "127.0.0.1", "--token");
  try {
    const page = await openPage(browser);
    const asked = await page.goto(`${open.url}/`);
    assert.equal(asked.status(), 401);
    assert.doesNotMatch(await text(page), /b2b_saas/);
    const wrong = await page.goto(`${open.url}/?token=0123456789abcdef0123`);
    assert.equal(wrong.status(), 401);
    await page.close();
  } finally {
    await open.stop();
  }
});
