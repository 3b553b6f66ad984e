// Small comforts. Every page can be read, and every form sent, without them.
"use strict";

// A page that follows a run: the server sends the parts that have changed.
const follow = document.querySelector("[data-events]");
if (follow && window.EventSource) {
  const source = new EventSource(follow.dataset.events);
  const show = (event) => {
    const parts = JSON.parse(event.data);
    for (const [id, html] of Object.entries(parts)) {
      const place = document.getElementById(id);
      // Who is about to press a button keeps it.
      if (place && !(place.contains(document.activeElement) && event.type !== "end")) place.innerHTML = html;
    }
  };
  // A server that has gone, or a network that swallows everything, must not look like a run on which nothing happens.
  const lost = document.getElementById("live-connection");
  const SILENCE = 12000;
  let heard = Date.now();
  let over = false;
  const connected = (yes) => { if (lost) lost.hidden = yes; };
  const hear = () => {
    heard = Date.now();
    connected(true);
  };
  for (const kind of ["open", "parts", "beat", "end"]) source.addEventListener(kind, hear);
  source.addEventListener("error", () => { if (!over) connected(false); });
  const watch = setInterval(() => { if (Date.now() - heard > SILENCE) connected(false); }, 1000);
  source.addEventListener("parts", show);
  source.addEventListener("end", (event) => {
    over = true;
    clearInterval(watch);
    source.close();
    show(event);
  });
}

// Copies what is named.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy).textContent;
    const said = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Could not copy";
    }
    setTimeout(() => { button.textContent = said; }, 1500);
  });
}

// The slash leads to the search; n and p to the pages after and before.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  const to = { "/": "search", n: "next", p: "previous" }[event.key];
  const place = to && document.getElementById(to);
  if (!place) return;
  event.preventDefault();
  if (to === "search") place.focus();
  else place.click();
});
