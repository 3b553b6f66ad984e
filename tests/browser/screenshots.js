// Takes the pictures of docs/images from the real dashboard, with the shipped data and the market: scripts/screenshots.
import { mkdirSync, statSync } from "node:fs";
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
const here = place();
const beside = place();
const stops = [() => here.remove(), () => beside.remove()];

/** Keeps what the window shows. */
async function keep(page, name, height = 900) {
  await page.setViewport({ width: 1280, height });
  // Nothing blinks in a picture.
  await page.evaluate(() => document.activeElement?.blur());
  const path = join(images, `${name}.png`);
  await page.screenshot({ path, optimizeForSpeed: false });
  const { size } = statSync(path);
  console.log(`docs/images/${name}.png: ${Math.round(size / 1024)} KB`);
  if (size > 200 * 1024) throw new Error(`${path} is larger than 200 KB`);
}

try {
  mkdirSync(images, { recursive: true });
  // The clock stands still: the same pictures come out as long as the pages are the same.
  here.runAt(1754149286, "improve", "--results-file", FIRST, "--model", "market", "--seed", "1", "--cycles", "3");
  const market = await slowMarket(here, 150);
  stops.push(market.stop);
  const site = await serve(here);
  stops.push(site.stop);
  const watched = await serve(beside, [], market);
  stops.push(watched.stop);
  const browser = await openBrowser();
  stops.push(() => browser.close());
  const page = await openPage(browser);

  await page.goto(`${site.url}/lineage/${LINEAGE}`);
  await keep(page, "lineages");

  await page.goto(`${site.url}/run/${ADOPTED}`);
  await waitFor(page, "the trials", () => document.querySelector("article.trial") !== null);
  await keep(page, "run");

  here.run("report", ADOPTED, "-o", "report.html");
  await page.goto(pathToFileURL(join(here.folder, "report.html")).href);
  await keep(page, "report");

  // The last part of a run, with all that came before it on the page.
  await page.goto(`${watched.url}/improve?run=${FIRST}&messages=3&seed=1&model=${SLOW_MODEL}`);
  await press(page, "#estimate");
  await press(page, "#start");
  await waitForStanding(page, "under way");
  await waitFor(page, "the proof and trials after it", () => {
    const bar = document.querySelector("#live-progress progress");
    const share = bar ? bar.value / bar.max : 0;
    return document.querySelector("#live-proof table") !== null && share > 0.4 && share < 0.9;
  });
  await keep(page, "live", 1300);
  await press(page, "#live-actions button");
  await waitForStanding(page, "interrupted");
  if (page.faults.length > 0) throw new Error(page.faults.join("\n"));
} finally {
  for (const stop of stops.reverse()) await stop();
}
