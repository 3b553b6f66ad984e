// Takes pictures of every kind of page from the real dashboard, with the shipped data and the market: all of them, on a
// desk and on a phone, into target/screenshots, to be looked at; and those that the docs show into docs/images.
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  ADOPTED,
  FIRST,
  LINEAGE,
  openBrowser,
  openPage,
  place,
  press,
  ROOT,
  serve,
  SLOW_MODEL,
  slowMarket,
  waitFor,
  waitForStanding,
} from "./support.js";

const images = join(ROOT, "docs/images");
const all = join(ROOT, "target/screenshots");
const here = place();
const beside = place();
const stops = [() => here.remove(), () => beside.remove()];
const DESK = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844, isMobile: true };
/** Bytes of a picture that the docs show. */
const LARGEST = 120 * 1024;

/** Keeps what the window shows, on a desk and on a phone; `docs` names the pictures that the docs show. */
async function keep(page, name, { docs = [], height = DESK.height } = {}) {
  for (const [device, view] of [["desk", { ...DESK, height }], ["phone", PHONE]]) {
    await page.setViewport(view);
    // Nothing blinks in a picture.
    await page.evaluate(() => document.activeElement?.blur());
    await page.screenshot({ path: join(all, `${name}-${device}.png`) });
    if (!docs.includes(device)) continue;
    const path = join(images, `${name}${device === "phone" ? "-phone" : ""}.webp`);
    await page.screenshot({ path, type: "webp", quality: 82 });
    const { size } = statSync(path);
    console.log(`${path.slice(ROOT.length + 1)}: ${Math.round(size / 1024)} KB`);
    if (size > LARGEST) throw new Error(`${path} is larger than ${LARGEST / 1024} KB`);
  }
  await page.setViewport(DESK);
}

try {
  for (const folder of [images, all]) mkdirSync(folder, { recursive: true });
  // The clock stands still: the same pictures come out as long as the pages are the same.
  here.runAt(1754149286, "improve", "--results-file", FIRST, "--model", "market", "--seed", "1", "--cycles", "3");
  here.run("name", LINEAGE, "Software for finance teams");
  const market = await slowMarket(here, 150);
  stops.push(market.stop);
  const site = await serve(here);
  stops.push(site.stop);
  const watched = await serve(beside, [], market);
  stops.push(watched.stop);
  const browser = await openBrowser();
  stops.push(() => browser.close());
  const page = await openPage(browser);
  const open = (path) => page.goto(`${site.url}${path}`);

  await open("/");
  await keep(page, "lineages");
  await open(`/lineage/${LINEAGE}`);
  await keep(page, "lineage", { docs: ["desk", "phone"] });
  await open(`/lineage/${LINEAGE}/people`);
  await keep(page, "people", { docs: ["desk"] });

  await open(`/run/${ADOPTED}`);
  await waitFor(page, "the trials", () => document.querySelector("article.trial") !== null);
  await keep(page, "run", { docs: ["desk"] });
  await page.evaluate(() => {
    document.querySelector("article.trial details").open = true;
    document.querySelector("#trials-head").scrollIntoView();
  });
  await keep(page, "trials");
  await open(`/run/${ADOPTED}/persona/1`);
  await page.evaluate(() => (document.querySelector("details.more").open = true));
  await page.evaluate(() => document.querySelector("details.more").scrollIntoView({ block: "center" }));
  await keep(page, "disagree");
  await open(`/compare?a=${FIRST}&b=${ADOPTED}`);
  await keep(page, "compare");
  await open("/check");
  await keep(page, "models");

  here.run("report", ADOPTED, "-o", "report.html");
  await page.goto(pathToFileURL(join(here.folder, "report.html")).href);
  await keep(page, "report", { docs: ["desk"] });

  await open(`/improve?run=${FIRST}&model=market&judge=strict&referee_model=market/7`);
  await keep(page, "form", { height: 1400 });
  await press(page, "#estimate");
  await keep(page, "asks", { docs: ["desk"] });

  const leads = join(here.folder, "spring.csv");
  const people = ["Ada,Head of Finance,Millbrook", "Sam,CFO,Harbour Foods", "Ines,Controller,Northwind"];
  writeFileSync(leads, ["First Name,Position held,Company,Email", ...people.map((line, at) => `${line},p${at}@x.example`)].join("\n"));
  await open("/leads");
  await (await page.$("#file")).uploadFile(leads);
  await press(page, "#upload");
  await keep(page, "leads", { docs: ["desk"] });
  await press(page, "#import");
  here.run("write", "--leads", "spring", "--steps", "2", "--model", "market", "--lineage", LINEAGE);
  await open("/campaigns/spring");
  await keep(page, "campaign", { docs: ["desk"] });

  // The last part of a run, with all that came before it on the page; and what waits for it.
  await page.goto(`${watched.url}/improve?run=${FIRST}&messages=3&seed=1&model=${SLOW_MODEL}`);
  await press(page, "#estimate");
  await press(page, "#start");
  await waitForStanding(page, "under way");
  const followed = page.url();
  await page.goto(`${watched.url}/evaluate?personas=b2b_saas_personas_eval&messages=1&model=market`);
  await press(page, "#estimate");
  await press(page, "#start");
  await waitFor(page, "the line", () => document.querySelector("#withdraw") !== null);
  await keep(page, "waits");
  await press(page, "#withdraw");
  await page.goto(`${watched.url}/live`);
  await keep(page, "runs");
  await page.goto(followed);
  await waitFor(page, "the proof and trials after it", () => {
    const bar = document.querySelector("#live-progress progress");
    const share = bar ? bar.value / bar.max : 0;
    return document.querySelector("#live-proof table") !== null && share > 0.4 && share < 0.9;
  });
  await keep(page, "live", { docs: ["desk"], height: 1100 });
  await press(page, "#live-actions button");
  await waitForStanding(page, "interrupted");
  if (page.faults.length > 0) throw new Error(page.faults.join("\n"));
} finally {
  for (const stop of stops.reverse()) await stop();
}
