// What a person does in the dashboard, in a real browser, on the simulated market.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  ADOPTED,
  FIRST,
  LINEAGE,
  openBrowser,
  openPage,
  pause,
  place,
  press,
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
  here.run("improve", "--results-file", FIRST, "--model", "market", "--calls", "1000", "--cycles", "2");
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

/** Fills in the form of a first run, asks for the estimate, and starts it. */
async function startEvaluation(page, personas, messages, model) {
  await page.goto(`${site.url}/evaluate`);
  await page.select("#personas", personas);
  await page.select("#prompt", "offer");
  await page.type("#messages", `${messages}`);
  await page.type("#model", model);
  const there = here.results().length;
  await press(page, "#estimate");
  assert.match(await text(page), /Nothing has been sent[\s\S]*messages[\s\S]*decisions/);
  assert.equal(here.results().length, there, "nothing was started before it was asked for");
  await press(page, "#start");
}

test("a first run is estimated, started, watched live to its end and opened, all from the page", async () => {
  const page = await openPage(browser);
  await startEvaluation(page, "b2b_saas_personas_train", 2, SLOW_MODEL);
  await waitForStanding(page, "under way");
  const followed = page.url();
  assert.match(followed, /\/live\//);
  const there = here.results().length;
  // Everything from here on is told by the server: the page is not loaded again.
  await page.evaluate(() => {
    window.stayed = true;
    window.done = new Set();
    window.intervals = [];
    setInterval(() => {
      const bar = document.querySelector("#live-progress progress");
      if (bar) window.done.add(bar.value);
      const told = document.querySelector("#live-progress .rate")?.textContent.match(/interval ([\d.]+)% to ([\d.]+)%/);
      if (told) window.intervals.push(Number(told[2]) - Number(told[1]));
    }, 50);
  });
  await waitForStanding(page, "finished");
  const { stayed, done, intervals } = await page.evaluate(() => ({
    stayed: window.stayed,
    done: [...window.done],
    intervals: window.intervals,
  }));
  assert.ok(stayed, "the page was loaded again");
  assert.equal(page.url(), followed);
  assert.ok(done.length >= 3 && done.every((value, at) => at === 0 || value > done[at - 1]), `progress: ${done}`);
  assert.ok(intervals.at(-1) < intervals[0], `the interval did not narrow: ${intervals}`);
  assert.equal(here.results().length, there + 1);
  await press(page, "#live-actions a.button");
  assert.match(page.url(), /\/run\//);
  assert.match(await text(page), /80 trials/);
  assert.deepEqual(page.faults, []);
  await page.close();
});

test("a run of the market itself says that it is simulated", async () => {
  const page = await openPage(browser);
  await startEvaluation(page, "b2b_saas_personas_eval", 1, "market");
  await waitForStanding(page, "finished");
  await press(page, "#live-actions a.button");
  assert.match(await text(page), /simulated/);
  assert.deepEqual(page.faults, []);
  await page.close();
});

test("a run is stopped from its page, and resumed to its end once that is confirmed", async () => {
  const page = await openPage(browser);
  await startEvaluation(page, "b2b_saas_personas_train", 3, SLOW_MODEL);
  await waitForStanding(page, "under way");
  const followed = page.url();
  const there = here.results().length;
  await waitFor(page, "progress", () => document.querySelector("#live-progress progress")?.value > 0);
  await press(page, "#live-actions button");
  await waitForStanding(page, "interrupted");
  assert.equal(here.results().length, there, "a run that was stopped is no result");
  await waitFor(page, "why", () => /stopped/i.test(document.querySelector("#live-state").textContent));
  await press(page, "#live-actions button.primary");
  assert.match(await text(page), /Resume the run\?[\s\S]*Cost so far/);
  await press(page, "#start");
  await waitForStanding(page, "finished");
  assert.equal(page.url(), followed);
  assert.equal(here.results().length, there + 1);
  assert.deepEqual(page.faults, []);
  await page.close();
});

test("trials are filtered by what was said, and every view has an address", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/run/${ADOPTED}`);
  assert.ok((await page.$$("article.trial")).length > 0);
  // An arrow key in a list chooses, and sends nothing.
  await page.focus("#said");
  await page.keyboard.press("ArrowDown");
  await pause(300);
  assert.doesNotMatch(page.url(), /said=/);
  await page.select("#said", "no");
  await press(page, "#filters button");
  assert.match(page.url(), /said=no/);
  const pills = (page) => page.$$eval("article.trial summary .pill", (pills) => pills.map((pill) => pill.className));
  const shown = await pills(page);
  assert.ok(shown.length > 0);
  const other = await openPage(browser);
  await other.goto(page.url());
  assert.deepEqual(await pills(other), shown, "the address shows the same to others");
  await other.close();
  const file = JSON.parse(here.read(`results/${ADOPTED}.json`));
  const no = file.results.flatMap((entry) => entry.messages).filter((judged) => !judged.decision.decision).length;
  assert.match(await text(page), new RegExp(`\\b${no} trials? of `));
  assert.deepEqual(page.faults, []);
  await page.close();
});

test("a persona that flipped is opened from the list, with both messages side by side", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/run/${ADOPTED}`);
  await page.select("#flipped", "yes");
  await press(page, "#filters button");
  await page.click("article.trial summary");
  await press(page, "article.trial details[open] > p > a");
  assert.match(page.url(), new RegExp(`/run/${ADOPTED}/persona/\\d+`));
  const number = Number(page.url().match(/persona\/(\d+)/)[1]);
  const messages = await page.$$eval("blockquote", (found) => found.map((quote) => quote.textContent));
  const of = (name) => JSON.parse(here.read(`results/${name}.json`)).results[number - 1].messages.map((own) => own.message);
  for (const message of [...of(ADOPTED), ...of(FIRST)]) {
    assert.ok(messages.some((shown) => shown.includes(message.slice(0, 60))), `${message}\nis not on the page`);
  }
  assert.deepEqual(page.faults, []);
  await page.close();
});

test("the messages are downloaded as CSV, the same that the command writes", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/run/${FIRST}`);
  const client = await browser.target().createCDPSession();
  await client.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: here.folder });
  const [link] = await page.$$('a[href$="messages.csv"]');
  const href = await link.evaluate((own) => own.href);
  const answer = page.waitForResponse((response) => response.url() === href);
  // Links to other forms may be folded away.
  await link.evaluate((own) => own.click());
  const name = (await answer).headers()["content-disposition"].match(/filename="?([^";]+)/)[1];
  const path = join(here.folder, name);
  for (let tries = 0; !existsSync(path) && tries < 100; tries += 1) await pause(100);
  assert.equal(readFileSync(path, "utf8"), here.run("export", FIRST, "--format", "csv"));
  await page.close();
});

test("a prompt that is edited by hand becomes a challenger and is tested like any other", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/challenger?run=${FIRST}`);
  await page.focus("#prompt");
  await page.keyboard.down("Control");
  await page.keyboard.press("End");
  await page.keyboard.up("Control");
  await page.keyboard.type("\n\nInstructions:\n- Quote the figure from the value proposition.\n- Keep it under 110 words.");
  await press(page, "#save");
  assert.match(page.url(), /\/improve\?/);
  await page.type("#model", "market");
  await page.click("details.more summary");
  await page.type("#calls", "500");
  await press(page, "#estimate");
  assert.match(await text(page), /--challenger/);
  const there = here.results();
  await press(page, "#start");
  await waitForStanding(page, "finished");
  // The run says so itself, a moment after its end.
  await waitFor(page, "the verdict", () => document.querySelector("#live-state .verdict") !== null);
  assert.match(await text(page), /Verdict: [\s\S]*The search/);
  const [written] = here.results().filter((name) => !there.includes(name));
  const cycle = here.read(`results/${written}`);
  assert.match(cycle, /Quote the figure from the value proposition\./, "the prompt is among those that were tested");
  await page.goto(`${site.url}/live`);
  assert.match(await text(page), /improve/);
  assert.deepEqual(page.faults, []);
  await page.close();
});

test("a server that has gone does not look alive, and one that is back is followed again", async () => {
  const there = await serve(here, [], market);
  const page = await openPage(browser);
  await page.goto(`${there.url}/improve?run=${FIRST}&model=${SLOW_MODEL}&calls=500`);
  await press(page, "#estimate");
  await press(page, "#start");
  await waitForStanding(page, "under way");
  assert.equal(await page.$eval("#live-connection", (line) => line.hidden), true);
  await there.stop();
  await waitFor(page, "the loss", () => document.querySelector("#live-connection").hidden === false, 30);
  const back = await serve(here, ["--port", new URL(there.url).port], market);
  await waitFor(page, "the return", () => document.querySelector("#live-connection").hidden === true, 60);
  await press(page, "#live-actions button");
  await waitForStanding(page, "interrupted");
  await page.goto(`${back.url}/live`);
  assert.doesNotMatch(await text(page), /ended badly/, "a run that was stopped did not end badly");
  await page.close();
  await back.stop();
});

test("what happened, what changed and what to do next stand in the first screen, on a desk and on a phone", async () => {
  for (const [width, height] of [[1440, 900], [390, 844]]) {
    const page = await openPage(browser);
    await page.setViewport({ width, height });
    await page.goto(`${site.url}/lineage/${LINEAGE}`);
    const below = await page.evaluate(() =>
      ["#verdict", ".changed", ".next"].filter((place) => {
        const found = document.querySelector(place)?.getBoundingClientRect();
        return !found || found.bottom > window.innerHeight;
      }),
    );
    assert.deepEqual(below, [], `at ${width} pixels`);
    const wide = await page.evaluate(() => [...document.querySelectorAll(".scroll")].filter((own) => own.scrollWidth > own.clientWidth + 1).length);
    if (width === 1440) assert.equal(wide, 0, "a table is cut");
    await page.goto(`${site.url}/run/${ADOPTED}`);
    const tall = await page.evaluate(() => document.documentElement.scrollHeight);
    const grid = await page.goto(`${site.url}/lineage/${LINEAGE}/people`).then(() => page.evaluate(() => {
      const box = document.querySelector(".grid").getBoundingClientRect();
      const page = document.documentElement;
      return { inside: box.right <= page.clientWidth + 1, wide: page.scrollWidth - page.clientWidth, cells: document.querySelectorAll(".grid td a").length };
    }));
    assert.ok(grid.inside && grid.wide <= 0 && grid.cells > 40, `the grid of people at ${width}: ${JSON.stringify(grid)}`);
    await page.goBack();
    if (width === 390) assert.ok(tall < 12000, `a run of 40 trials is ${tall} pixels long`);
    const over = await page.evaluate(() => {
      const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
      return [...document.querySelectorAll("td svg.meter")].filter((bar) => {
        const figure = bar.parentElement.querySelector("a");
        return figure && meet(bar.getBoundingClientRect(), figure.getBoundingClientRect());
      }).length;
    });
    assert.equal(over, 0, "bars lie over figures");
    await page.close();
  }
});

test("two runs are chosen and laid side by side", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/lineage/${LINEAGE}`);
  await page.select("#a", FIRST);
  await page.select("#b", ADOPTED);
  await press(page, 'form[action="/compare"] button');
  assert.match(page.url(), new RegExp(`a=${FIRST}&b=${ADOPTED}`));
  const shown = await text(page);
  assert.match(shown, /Change, paired by persona/i);
  assert.match(shown, /Personas that flipped/i);
  assert.ok((await page.$$("ins")).length > 0, "the prompts' difference is shown");
  assert.deepEqual(page.faults, []);
  await page.close();
});
