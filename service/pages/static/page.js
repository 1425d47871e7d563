// What the pages do beyond links and forms: search as you type, keys, copying, questions asked
// before. Every page works without it. Texts are only ever put in as text, or as the server's own
// page parsed apart.

const find = (selector, within = document) => within.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const form = find("#ask");
const field = find("#q");
const PAUSE = 450;
const MOST_RECENT = 8;

function say(text, seen = true) {
  const said = find("#said");
  said.classList.toggle("unseen", !seen);
  said.textContent = ""; // so that the same words are read out again
  clearTimeout(say.timer);
  say.timer = setTimeout(() => {
    said.textContent = text;
    if (seen) say.timer = setTimeout(() => (said.textContent = ""), 4000);
  }, 50);
}

// Kept in this browser alone; where it keeps nothing, nothing is remembered.

function recall(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`winnow-${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(`winnow-${name}`, JSON.stringify(value));
  } catch {}
}

function remember() {
  const asked = new URL(location).searchParams.get("q")?.trim();
  if (location.pathname !== "/" || !asked || !find(".hit")) return;
  const earlier = recall("asked", []).filter((one) => one !== asked);
  keep("asked", [asked, ...earlier].slice(0, MOST_RECENT));
}

function showRecent() {
  const recent = find("#recent");
  const asked = recall("asked", []);
  if (!recent || !asked.length) return;
  const items = asked.map((one) => {
    const link = document.createElement("a");
    link.href = `/?${new URLSearchParams({ q: one })}`;
    link.textContent = one;
    link.dir = "auto";
    const item = document.createElement("li");
    item.append(link);
    return item;
  });
  find("ul", recent).replaceChildren(...items);
  find("button", recent).onclick = () => {
    keep("asked", []);
    recent.hidden = true;
    field.focus();
  };
  recent.hidden = false;
}

// Search as you type. One spell of typing makes one entry of the history.

const SAME = { mode: "hybrid", sort: "score" };
let pause, asking;
let typing = false;
let shown = readPlace();

function readPlace() {
  return location.pathname + location.search;
}

function readForm() {
  const given = [...new FormData(form)].filter(([name, value]) => value.trim() && value !== SAME[name]);
  return given.length ? `/?${new URLSearchParams(given)}` : "/";
}

// The form stays as it is while lists come and go; the counts in it follow the list.
function recount(languages, counted) {
  const { value } = languages;
  languages.replaceChildren(...counted.options);
  languages.value = value;
}

async function show(address, entry) {
  asking?.abort();
  const own = (asking = new AbortController());
  const main = find("#main");
  main.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: own.signal, headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!answer.ok || !find("#found", page)) return typing ? say(find("h1", page).textContent) : void location.assign(address);
    for (const part of ["#above", "#found"]) find(part).replaceWith(document.adoptNode(find(part, page)));
    recount(find("#language"), find("#language", page));
    document.title = page.title;
    document.body.className = page.body.className;
    document.documentElement.dataset.build = page.documentElement.dataset.build;
    find("footer").replaceWith(document.adoptNode(find("footer", page)));
    if (entry === "push") history.pushState(null, "", address);
    if (entry === "replace") history.replaceState(null, "", address);
    shown = readPlace();
    say(find("#outcome")?.textContent ?? "", false);
    showRecent();
  } catch (error) {
    if (error.name !== "AbortError") say("The server does not answer. Is it running?");
  } finally {
    if (asking === own) main.removeAttribute("aria-busy");
  }
}

function ask(address, entry) {
  clearTimeout(pause);
  return show(address, entry);
}

if (form && find("#found")) {
  field.addEventListener("input", () => {
    clearTimeout(pause);
    if (field.value.trim().length < 3 || !/[\p{L}\p{N}]/u.test(field.value)) return;
    pause = setTimeout(() => {
      ask(readForm(), typing ? "replace" : "push");
      typing = true;
    }, PAUSE);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const address = readForm();
    typing = false;
    await ask(address, address === readPlace() ? "" : "push");
    remember();
  });
  addEventListener("popstate", () => {
    if (readPlace() === shown) return; // a step within the page
    typing = false;
    const asked = new URL(location).searchParams;
    for (const one of form.elements) if (one.name && one.type !== "hidden") one.value = asked.get(one.name) ?? SAME[one.name] ?? "";
    ask(readPlace(), "");
  });
}

// Copying. Where the browser keeps the clipboard to itself, the link opens the text to copy.

async function copy(link) {
  try {
    const answer = await fetch(link.href);
    if (!answer.ok) throw new Error(answer.statusText);
    await navigator.clipboard.writeText(await answer.text());
    say("Quote and citation copied.");
  } catch {
    location.assign(link.href);
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.copy");
  if (!link || !navigator.clipboard || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  copy(link);
});

// Keys. The passage in hand is the one that has the focus, else the one the address names.

const PASSAGES = "article.hit:not(.like), .passage";

function inHand() {
  const passages = all(PASSAGES);
  const at = passages.findIndex((one) => one.contains(document.activeElement));
  return [passages, at >= 0 ? at : passages.findIndex((one) => one.matches(":target"))];
}

function step(by) {
  const [passages, at] = inHand();
  const next = passages[Math.min(Math.max(at + by, 0), passages.length - 1)];
  if (!next) return;
  const link = find("a.open, a.anchor", next);
  link.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function copyInHand() {
  const [passages, at] = inHand();
  const link = passages.length && find("a.copy", passages[Math.max(at, 0)]);
  if (link) navigator.clipboard ? copy(link) : location.assign(link.href);
}

const keys = find("#keys");
const KEYS = {
  "/": () => (field ? (field.focus(), field.select()) : location.assign("/")),
  j: () => step(1),
  k: () => step(-1),
  c: copyInHand,
  n: () => find("a[rel=next]")?.click(),
  p: () => find("a[rel=prev]")?.click(),
  "?": () => keys.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
  const target = event.target;
  const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (arrow && (target === field ? arrow > 0 && find(PASSAGES) : target.closest(PASSAGES))) {
    event.preventDefault();
    return step(arrow);
  }
  if (target.matches("input, select, textarea") || !recall("keys", true) || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});

const opener = find("#keys-open");
if (opener) {
  opener.hidden = false;
  opener.onclick = () => keys.showModal();
}
find("#keys-on").checked = recall("keys", true);
find("#keys-on").onchange = (event) => keep("keys", event.target.checked);

// A server that is not ready is asked again; one that serves a newer index is told of.

async function readBuild() {
  const answer = await fetch("/readyz").catch(() => null);
  return answer?.ok ? (await answer.json()).build : null;
}

if (find("[data-wait]")) {
  setInterval(async () => (await readBuild()) && location.reload(), 3000);
}

document.addEventListener("visibilitychange", async () => {
  const own = document.documentElement.dataset.build;
  if (document.hidden || !own) return;
  const build = await readBuild();
  if (build && build !== own) say("A newer index answers now. Search again to use it.");
});

remember();
showRecent();
