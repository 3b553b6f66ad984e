// Text that would like to be more than text, and visitors who are not ours.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { ask, FIRST, openBrowser, openPage, pause, place, press, serve, text } from "./support.js";

const here = place();
let browser, site;

before(async () => {
  site = await serve(here);
  // Names that a stranger has resolve to this machine.
  browser = await openBrowser(
    "--host-resolver-rules=MAP stranger.example 127.0.0.1",
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
  );
});

after(async () => {
  await browser?.close();
  await site?.stop();
  here.remove();
});

const port = () => new URL(site.url).port;
const secret = async () => (await ask(`${site.url}/evaluate`)).text.match(/name="csrf" value="([^"]+)"/)[1];
const evaluation = { job: "evaluate", personas: "b2b_saas_personas_eval", messages: "1", model: "market" };
const form = (fields) => ({ method: "POST", body: new URLSearchParams(fields).toString() });
const kind = { "content-type": "application/x-www-form-urlencoded" };

/** Nothing was started, now or a moment later. */
async function nothingHappened(there) {
  await pause(500);
  assert.deepEqual(here.results(), there);
  assert.match((await ask(`${site.url}/live`)).text, /No run/);
}

test("what keeps watch would see a script and a violation of the policy", async () => {
  const page = await openPage(browser);
  await page.goto(`${site.url}/`);
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "alert(1)";
    document.body.append(script);
  });
  for (let tries = 0; !page.faults.some((fault) => fault.startsWith("policy: script-src")) && tries < 50; tries += 1) {
    await pause(50);
  }
  assert.match(page.faults.join("\n"), /policy: script-src/);
  await page.close();
});

test("text that would like to be markup or script stays text on every page that shows it", async () => {
  const name = "hostile_results_20250101_000000";
  const evil =
    `<script>alert("in")</script><img src=x onerror=alert(1)><svg onload=alert(2)> \u001b[31mred\u001b[0m \u202Eback` +
    `</blockquote></textarea></pre></title>"'><a href="javascript:alert(3)">x</a>`;
  const file = JSON.parse(here.read(`results/${FIRST}.json`));
  file.metadata.system_prompt = `${evil} prompt`;
  for (const entry of file.results) {
    entry.persona = `${evil} ${entry.persona}`;
    for (const judged of entry.messages) {
      judged.message = `${evil} message`;
      judged.decision.reasoning = `${evil} reasoning`;
    }
  }
  here.write(`results/${name}.json`, JSON.stringify(file));
  here.write("personas/hostile.json", JSON.stringify([`${evil} persona`]));
  const page = await openPage(browser);
  const shows = {
    [`/run/${name}`]: true,
    [`/run/${name}/persona/1`]: true,
    [`/compare?a=${FIRST}&b=${name}`]: true,
    "/lineage/hostile_results": true,
    "/personas/hostile": true,
    [`/?q=${encodeURIComponent(evil)}`]: false,
    [`/challenger?run=${name}`]: false,
    [`/evaluate?model=${encodeURIComponent(evil)}`]: false,
    [`/run/${encodeURIComponent(evil)}`]: false,
  };
  for (const [path, isShown] of Object.entries(shows)) {
    await page.goto(`${site.url}${path}`);
    const strange = await page.evaluate(() =>
      [...document.querySelectorAll("main img, main script, svg[onload], [onerror], a[href^='javascript:']")].map(
        (own) => own.outerHTML,
      ),
    );
    assert.deepEqual(strange, [], path);
    const shown = await page.evaluate(() => document.querySelector("main").textContent);
    if (isShown) assert.ok(shown.includes('<script>alert("in")</script>'), `${path} shows it as text`);
    assert.doesNotMatch(await text(page), /[\u001b\u202e]/, path);
  }
  // What a form gives back has to be what it was given.
  await page.goto(`${site.url}/challenger?run=${name}`);
  assert.ok((await page.$eval("#prompt", (area) => area.value)).includes(`</textarea>`));
  // And the page that is sent to others.
  here.run("report", name, "-o", "hostile.html");
  await page.goto(pathToFileURL(join(here.folder, "hostile.html")).href);
  assert.equal(await page.evaluate(() => document.querySelectorAll("img, script, [onload], [onerror]").length), 0);
  assert.match(await page.evaluate(() => document.body.textContent), /<script>alert\("in"\)<\/script>/);
  // The name that is none is answered with 404, which the browser tells of.
  assert.deepEqual(page.faults.filter((fault) => !/status of 404|status of 400/.test(fault)), []);
  await page.close();
});

test("a stranger's name for this machine is refused, in the browser and without one", async () => {
  const page = await openPage(browser);
  const answer = await page.goto(`http://stranger.example:${port()}/`);
  assert.equal(answer.status(), 421);
  assert.doesNotMatch(await text(page), /b2b_saas/);
  await page.close();
  for (const host of ["stranger.example", `stranger.example:${port()}`, "127.0.0.1.stranger.example", "192.168.1.7"]) {
    assert.equal((await ask(`${site.url}/`, { headers: { host } })).status, 421, host);
  }
  assert.equal((await ask(`${site.url}/`)).status, 200);
});

test("a page of somebody else's can neither act in the visitor's name nor read what is here", async () => {
  const there = here.results();
  const fields = Object.entries({ ...evaluation, csrf: await secret() });
  const inputs = fields.map(([name, value]) => `<input name="${name}" value="${value}">`).join("");
  const stranger = createServer((_, answer) => {
    answer.setHeader("content-type", "text/html");
    answer.end(`<!doctype html><title>s</title><iframe src="${site.url}/"></iframe>
      <form method="post" action="${site.url}/start">${inputs}<button>Win</button></form>`);
  });
  await new Promise((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  try {
    // Another site altogether, and another port of this machine, which for a browser is the same site.
    for (const host of ["stranger.example", "127.0.0.1"]) {
      const page = await openPage(browser);
      await page.goto(`http://${host}:${stranger.address().port}/`);
      const frame = page.frames()[1];
      assert.ok(!(await frame.content().catch(() => "")).includes("b2b_saas"), "it can be framed");
      const read = await page.evaluate(
        (url) => fetch(url, { credentials: "include" }).then((answer) => answer.text()).catch(() => "refused"),
        `${site.url}/`,
      );
      assert.equal(read, "refused");
      // Even one that has got hold of the form's secret.
      const [answer] = await Promise.all([page.waitForNavigation(), page.click("button")]);
      assert.equal(answer.status(), 403, host);
      assert.match(await text(page), /comes from another site/);
      await page.close();
    }
  } finally {
    stranger.closeAllConnections();
    stranger.close();
  }
  const csrf = await secret();
  for (const origin of ["http://stranger.example", "null", `http://localhost:${port()}`, `http://127.0.0.1:1`]) {
    const answer = await ask(`${site.url}/start`, { ...form({ ...evaluation, csrf }), headers: { ...kind, origin } });
    assert.equal(answer.status, 403, origin);
  }
  assert.equal((await ask(`${site.url}/start`, { ...form({ ...evaluation, csrf }), headers: kind })).status, 403, "none");
  await nothingHappened(there);
});

test("a form without its secret, or with another's, changes nothing", async () => {
  const there = here.results();
  const page = await openPage(browser);
  for (const csrf of ["", "guess"]) {
    await page.goto(`${site.url}/evaluate`);
    await page.select("#personas", evaluation.personas);
    await page.type("#model", "market");
    await page.$eval("#form input[name=csrf]", (own, value) => (value ? (own.value = value) : own.remove()), csrf);
    await page.$eval("#form", (form) => form.setAttribute("action", "/start"));
    const [answer] = await Promise.all([page.waitForNavigation(), page.click("#estimate")]);
    assert.equal(answer.status(), 403);
    assert.match(await text(page), /reload the page and send it again/);
  }
  await page.close();
  await nothingHappened(there);
});

test("without the token a server that is open to others shows nothing, and with it everything", async () => {
  // On an address of this machine only it would not ask by itself.
  const open = await serve(here, ["--listen", "127.0.0.1", "--token"]);
  try {
    const token = open.said.match(/token=([^\s&]+)/)[1];
    const page = await openPage(await browser.createBrowserContext());
    for (const path of ["/", `/run/${FIRST}`, `/run/${FIRST}/messages.csv`, `/?token=${"0".repeat(token.length)}`]) {
      const answer = await page.goto(`${open.url}${path}`);
      assert.equal(answer.status(), 401, path);
      assert.doesNotMatch((await page.content()).replaceAll(path, ""), /b2b_saas/, path);
    }
    await page.goto(`${open.url}/`);
    await page.type("#token", "not-the-token-at-all");
    await press(page, "form button");
    assert.match(await text(page), /That is not the token/);
    const guess = await ask(`${open.url}/`, { headers: { cookie: "rejoinder=guess" } });
    assert.equal(guess.status, 401);
    const csrf = (await ask(`${open.url}/login`)).text.match(/name="csrf" value="([^"]+)"/)[1];
    const started = await ask(`${open.url}/start`, {
      ...form({ ...evaluation, csrf }),
      headers: { ...kind, origin: open.url },
    });
    assert.equal(started.status, 401, "nothing is started either");
    await page.type("#token", token);
    await press(page, "form button");
    assert.match(await text(page), /b2b_saas/);
    const [cookie] = await page.cookies();
    assert.ok(cookie.httpOnly && cookie.sameSite === "Lax" && !cookie.value.includes(token), JSON.stringify(cookie));
    await page.close();

    const other = await openPage(await browser.createBrowserContext());
    await other.goto(`${open.url}/live?token=${token}`);
    assert.equal(other.url(), `${open.url}/live`, "the token does not stay in the address");
    await other.close();
  } finally {
    await open.stop();
  }
});
