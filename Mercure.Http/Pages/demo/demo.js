// The demo page: the protocol as a browser speaks it, with fetch and EventSource.

/** By the hub's path, the first that is served being the one to begin with. Tokens are signed with the keys of the documentation. */
const generations = {
  "/.well-known/mercure": {
    name: "0.10 to 0.24",
    lastEventId: "lastEventID",
    tokens: [
      ["all", "everything", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7InB1Ymxpc2giOlsiKiJdLCJzdWJzY3JpYmUiOlsiKiJdfX0.nINXJPMGL7u4vvquYYm3zgMosrqrxTSooTs7R_OJLZA"],
      ["reader", "reads everything, can't publish", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7InN1YnNjcmliZSI6WyIqIl19fQ.TMzyyYqIldgBLhqpiOR9a_HBk7iiP60Pb4X65ICaouA"],
      ["public", "publishes everything, reads public updates", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7InB1Ymxpc2giOlsiKiJdLCJzdWJzY3JpYmUiOltdfX0.9ajjEB3WL0rZocypCKh2qWZ57Bw_7jBshR9XH39xD2w"],
    ],
  },
  "/hub": {
    name: "0.7",
    lastEventId: "Last-Event-ID",
    tokens: [
      ["foo", "publishes to foo, reads foo and bar", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7InN1YnNjcmliZSI6WyJmb28iLCJiYXIiXSwicHVibGlzaCI6WyJmb28iXX19.afLx2f2ut3YgNVFStCx95Zm_UND1mZJ69OenXaDuZL8"],
      ["reader", "reads foo, can't publish", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7InN1YnNjcmliZSI6WyJmb28iXX19.ln_783SuK7WdDteKLuHjAx5u80_18jzEFnWlu5szER8"],
      ["bar", "publishes to bar, reads bar", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7InN1YnNjcmliZSI6WyJiYXIiXSwicHVibGlzaCI6WyJiYXIiXX19.UD3LMR-IPZ3fz46DpQb1Zb4PSTkvcxB8QCg0Iyxz0e4"],
      ["public", "public updates only", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7InN1YnNjcmliZSI6W10sInB1Ymxpc2giOltdfX0.mKvZ1SoYICa1D3GaRAsqzfUMVrFJu2EYe4A6JLjjyA4"],
      ["all", "everything", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7InN1YnNjcmliZSI6WyIqIl0sInB1Ymxpc2giOlsiKiJdfX0.M1yJUov4a6oLrigTqBZQO_ohWUsg3Uz1bnLD4MIyWLo"],
    ],
  },
};

const shownUpdates = 100;
const byId = id => document.getElementById(id);
const forms = document.forms;
const field = (form, name) => forms[form].elements[name];
const lines = text => text.split("\n").map(line => line.trim()).filter(Boolean);
const currentToken = () => field("token", "text").value.trim();

let hub;
const generation = () => generations[hub.pathname] ?? generations["/hub"];
let source;
let shownToken;
const listened = new Set();

function say(form, text, good) {
  const output = forms[form].querySelector("output");
  output.textContent = text;
  output.className = good ? "good" : "bad";
}

function setState(state, text) {
  byId("state").dataset.state = state;
  byId("state").textContent = text;
}

/** What a refusal means, in the hub's words and in ours. */
async function explain(response) {
  const reason = (await response.text()).trim().slice(0, 500);
  const hint = {
    401: "Look at the token: is it signed with the hub's key, and may it do that?",
    403: "The token is fine, but does not go that far.",
    413: "Send less, or raise max-request-size.",
    503: "The hub can't do it now; try again.",
  }[response.status] ?? "";
  return `The hub refused (${response.status}): ${reason || response.statusText} ${hint}`.trim();
}

const unreachable = "The hub can't be reached: is it still running?";

/** Link headers arrive joined by commas: <url>; rel="name", <url>; rel="name". */
function linksOf(response) {
  const links = {};
  for (const [, url, rel] of (response.headers.get("Link") ?? "").matchAll(/<([^>]*)>\s*;\s*rel="?([^",;]+)"?/g))
    (links[rel] ??= []).push(new URL(url, response.url));
  return links;
}

/** A script can't set the cookie, which is out of its reach; the demo's resources do, as an application would. */
async function setCookie(token) {
  const response = await fetch(`/demo/cookie?${new URLSearchParams({ jwt: token })}`);
  if (!response.ok)
    throw new Error(await explain(response));
}

function handle(form, action) {
  forms[form].addEventListener("submit", async event => {
    event.preventDefault();
    try {
      await action();
    } catch (error) {
      say(form, error instanceof TypeError ? unreachable : error.message, false);
    }
  });
}

// 1. Discover

async function discover() {
  const url = new URL(field("discover", "url").value, location);
  if (url.origin !== location.origin)
    throw new Error(`This page talks to ${location.origin} only. Take a path such as /demo/books/1.jsonld.`);

  const request = new URL(url);
  if (field("discover", "body").value)
    request.searchParams.set("body", field("discover", "body").value);
  if (currentToken())
    request.searchParams.set("jwt", currentToken());
  const response = await fetch(request);
  if (!response.ok)
    throw new Error(`The resource answered ${response.status}: ${(await response.text()).slice(0, 300)}`);

  const links = linksOf(response);
  showResponse(response, links, await response.text());
  if (!links.mercure)
    throw new Error("The response has no Link header with rel=\"mercure\": this resource does not say where its hub is.");

  // A resource may name several hubs: the one of the generation that is chosen, if it is among them
  setHub(links.mercure.find(other => other.href === hub.href) ?? links.mercure[0]);
  const topic = (links.self?.[0] ?? url).href;
  field("subscribe", "topics").value = topic;
  field("publish", "topics").value = topic;
  say("discover", `The hub is ${hub.href}, and the topic ${topic}`, true);
}

function showResponse(response, links, body) {
  const head = Object.entries(links).flatMap(([rel, urls]) => urls.map(url => `Link: <${url.pathname}${url.search}>; rel="${rel}"`));
  byId("found-response").textContent =
    [`HTTP ${response.status}`, `Content-Type: ${response.headers.get("Content-Type")}`, ...head, "", body].join("\n");
  byId("found").hidden = false;
}

// 2. Subscribe

async function subscribe() {
  const token = field("subscribe", "cookie").checked ? currentToken() : "";
  await setCookie(token);
  shownToken = token;
  const url = new URL(hub);
  for (const topic of lines(field("subscribe", "topics").value))
    url.searchParams.append("topic", topic);
  const last = field("subscribe", "last").value.trim();
  if (last)
    url.searchParams.set(generation().lastEventId, last);

  source?.close();
  listened.clear();
  setState("wait", "connecting");
  const opened = source = new EventSource(url, { withCredentials: true });
  byId("unsubscribe").disabled = false;
  opened.onopen = () => {
    setState("live", "live");
    say("subscribe", "Subscribed: updates arrive as they are published.", true);
  };
  opened.onerror = () => onStreamError(opened, url);
  listen("message");
  field("subscribe", "types").value.split(",").forEach(type => listen(type.trim()));
}

function listen(type) {
  if (!source || !type || listened.has(type))
    return;
  listened.add(type);
  source.addEventListener(type, show);
}

/** An EventSource tells nothing about a refusal, so the same is asked once more. */
async function onStreamError(failed, url) {
  if (failed !== source)
    return;
  if (failed.readyState !== EventSource.CLOSED) {
    setState("wait", "reconnecting");
    say("subscribe", "The stream has ended. The browser reconnects, and asks for what it has missed.", false);
    return;
  }

  setState("bad", "refused");
  byId("unsubscribe").disabled = true;
  const abort = new AbortController();
  try {
    const response = await fetch(url, { signal: abort.signal, credentials: "include" });
    say("subscribe", response.ok ? "The stream was refused for a moment. Subscribe again." : await explain(response), false);
  } catch {
    say("subscribe", unreachable, false);
  } finally {
    abort.abort();
  }
}

function unsubscribe() {
  source?.close();
  source = undefined;
  setState("off", "not subscribed");
  byId("unsubscribe").disabled = true;
  say("subscribe", "Unsubscribed.", true);
}

function show(event) {
  const item = byId("update").content.cloneNode(true);
  item.querySelector("time").textContent = new Date().toLocaleTimeString();
  item.querySelector(".type").textContent = event.type;
  item.querySelector(".id").textContent = event.lastEventId;
  item.querySelector("pre").textContent = event.data;
  const replay = item.querySelector("button");
  replay.setAttribute("aria-label", `Replay from here, the update ${event.lastEventId}`);
  replay.addEventListener("click", () => replayFrom(event.lastEventId));
  const list = byId("updates");
  list.prepend(item);
  if (list.children.length > shownUpdates)
    list.lastElementChild.remove();
  showCount();
}

function replayFrom(id) {
  field("subscribe", "last").value = id;
  field("subscribe", "last").closest("details").open = true;
  forms.subscribe.requestSubmit();
}

function showCount() {
  const none = byId("updates").children.length === 0;
  byId("nothing").hidden = !none;
  byId("clear").hidden = none;
}

// 3. Publish

function publication() {
  const body = new URLSearchParams();
  lines(field("publish", "topics").value).forEach(topic => body.append("topic", topic));
  body.append("data", field("publish", "data").value);
  if (hub.pathname === "/hub")
    lines(field("publish", "targets").value).forEach(target => body.append("target", target));
  else if (field("publish", "private").checked)
    body.append("private", "on");
  for (const name of ["id", "type", "retry"]) {
    if (field("publish", name).value)
      body.append(name, field("publish", name).value);
  }
  return body;
}

async function publish() {
  const proof = field("publish", "proof").value;
  const headers = {};
  if (proof === "header" && currentToken())
    headers.Authorization = `Bearer ${currentToken()}`;
  if (proof === "cookie")
    await setCookie(currentToken());

  listen(field("publish", "type").value);
  const response = await fetch(hub, {
    method: "POST",
    headers,
    body: publication(),
    credentials: proof === "cookie" ? "include" : "omit",
  });
  if (!response.ok)
    throw new Error(await explain(response));
  say("publish", `Published, with the id ${await response.text()}`, true);
}

const quote = text => `'${text.replaceAll("'", "'\\''")}'`;

function showCommand() {
  const options = [...publication()].map(([name, value]) => `--data-urlencode ${quote(`${name}=${value}`)}`);
  if (field("publish", "proof").value !== "none" && currentToken())
    options.unshift(`-H ${quote(`Authorization: Bearer ${currentToken()}`)}`);
  byId("publish-curl").textContent = ["curl", ...options, quote(hub.href)].join(" \\\n  ");
}

// Token

function claimsOf(token) {
  const parts = token.split(".");
  if (parts.length !== 3)
    throw new Error("This is not a token: a token has three parts, joined by dots.");
  try {
    const bytes = Uint8Array.from(atob(parts[1].replaceAll("-", "+").replaceAll("_", "/")), character => character.codePointAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new Error("This is not a token: its middle part is not JSON in base64url.");
  }
}

function namesIn(list) {
  const named = list.map(name => `“${name}”`);
  if (list.includes("*"))
    return "everything";
  return [...(hub.pathname === "/hub" ? ["public updates"] : []), ...named].join(", ") || "nothing";
}

function readableIn(list) {
  return list.includes("*") ? "everything" : ["public updates", ...list.map(name => `“${name}”`)].join(", ");
}

function meaningOf(token) {
  if (!token)
    return ["No token: you can't publish, and read public updates where the hub lets anonymous subscribers in."];
  const claims = claimsOf(token);
  const { publish, subscribe } = claims["https://mercure.rocks/"] ?? claims.mercure ?? {};
  return [
    Array.isArray(publish) ? `Publishes: ${namesIn(publish)}.` : "Can't publish: it has no list mercure.publish.",
    `Reads: ${readableIn(Array.isArray(subscribe) ? subscribe : [])}.`,
    ...(claims.exp ? [`Expires: ${new Date(claims.exp * 1000).toLocaleString()}.`] : []),
  ];
}

function showMeaning() {
  const paragraph = (text, name = "") => Object.assign(document.createElement("p"), { textContent: text, className: name });
  try {
    byId("token-meaning").replaceChildren(...meaningOf(currentToken()).map(text => paragraph(text)));
  } catch (error) {
    byId("token-meaning").replaceChildren(paragraph(error.message, "bad"));
  }
  if (source && field("subscribe", "cookie").checked && currentToken() !== shownToken)
    say("subscribe", "The stream keeps the token that it began with. Subscribe again to show this one.", false);
  showCommand();
}

function chooseToken() {
  const choice = field("token", "choice").value;
  if (choice !== "own")
    field("token", "text").value = generation().tokens.find(([name]) => name === choice)?.[2] ?? "";
  else {
    byId("token-details").open = true;
    field("token", "text").focus();
  }
  showMeaning();
}

// Generation

function setHub(url) {
  const changes = hub?.href !== url.href;
  hub = url;
  if (!changes)
    return showCommand();
  field("token", "generation").value = url.href;
  document.querySelectorAll("[data-hub]").forEach(part => { part.hidden = part.dataset.hub !== url.pathname; });
  const choice = field("token", "choice");
  const isOwn = choice.value === "own";
  const ready = generation().tokens.map(([name, text]) => new Option(text, name));
  choice.replaceChildren(...ready, new Option("no token", "none"), new Option("my own", "own"));
  if (isOwn) {
    choice.value = "own";
    showMeaning();
  } else {
    chooseToken();
  }
}

/** The resources of this hub say which generations it serves. */
async function findHubs() {
  const hubs = linksOf(await fetch("/demo/generations", { method: "HEAD" })).mercure;
  field("token", "generation").replaceChildren(...hubs.map(url => new Option(generations[url.pathname]?.name ?? url.pathname, url.href)));
  byId("generation").hidden = hubs.length < 2;
  setHub(hubs[0]);
}

handle("discover", discover);
handle("subscribe", subscribe);
handle("publish", publish);
handle("token", async () => {});
forms.publish.addEventListener("input", showCommand);
field("token", "choice").addEventListener("change", chooseToken);
field("token", "generation").addEventListener("change", () => {
  unsubscribe();
  setHub(new URL(field("token", "generation").value));
});
field("token", "text").addEventListener("input", () => {
  field("token", "choice").value = "own";
  showMeaning();
});
byId("unsubscribe").addEventListener("click", unsubscribe);
byId("clear").addEventListener("click", () => {
  byId("updates").replaceChildren();
  showCount();
});

const topic = new URL("/demo/books/1.jsonld", location).href;
field("discover", "url").value = topic;
field("subscribe", "topics").value = topic;
field("publish", "topics").value = topic;
document.querySelectorAll("code.origin").forEach(code => { code.textContent = location.origin + code.textContent; });
findHubs().catch(() => say("subscribe", unreachable, false));
