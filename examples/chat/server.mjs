// A chat's application, with Node.js 18 or later and no package: node server.mjs
// It alone publishes and makes tokens; messages reach the pages through the hub, which they discover in a Link header.
import { createHmac, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const hub = new URL(process.env.HUB_URL ?? "http://localhost:3000/hub");
const key = process.env.JWT_KEY ?? "!ChangeMe!";
const port = Number(process.env.PORT ?? 8080);

const kept = 50;
const people = new Map(); // session → name
const messages = [];
let topic;
let lastEventId;

const base64url = text => Buffer.from(text).toString("base64url");

/** The room's topic is also the name of its audience. So the same token serves the hub's generations: targets (0.7) and topics. */
function token(claims, seconds) {
  const payload = { mercure: claims, exp: Math.floor(Date.now() / 1000) + seconds };
  const unsigned = `${base64url('{"alg":"HS256","typ":"JWT"}')}.${base64url(JSON.stringify(payload))}`;
  return `${unsigned}.${createHmac("sha256", key).update(unsigned).digest("base64url")}`;
}

async function publish(message, type = "message") {
  const response = await fetch(hub, {
    method: "POST",
    headers: { Authorization: `Bearer ${token({ publish: [topic] }, 60)}` },
    // Who may read it: "target" for 0.7, "private" for later generations; each leaves the other's field alone
    body: new URLSearchParams({ topic, target: topic, private: "on", type, data: JSON.stringify(message) }),
  });
  const answer = await response.text();
  if (!response.ok)
    throw new Error(`The hub refused the message (${response.status}): ${answer.trim()}`);
  lastEventId = answer;
}

/** For the hub's path only, and out of the scripts' reach. Hub on another host: add a Domain that both share. */
function hubCookie() {
  const secure = hub.protocol === "https:" ? "; Secure" : "";
  return `mercureAuthorization=${token({ subscribe: [topic] }, 3600)}; Path=${hub.pathname}; HttpOnly; SameSite=Strict${secure}`;
}

async function bodyOf(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 10_000)
      throw new Error("The request is too long.");
  }
  return JSON.parse(text);
}

const sessionOf = request => /(?:^|; )session=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1];

async function answer(request, response) {
  const name = people.get(sessionOf(request));
  switch (`${request.method} ${request.url}`) {
    case "GET /":
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.end(await readFile(new URL("index.html", import.meta.url)));
      return;

    case "POST /session": {
      const session = randomUUID();
      people.set(session, String((await bodyOf(request)).name).trim().slice(0, 40) || "somebody");
      response.setHeader("Set-Cookie", `session=${session}; Path=/; HttpOnly; SameSite=Strict`);
      response.writeHead(204).end();
      return;
    }

    // What was said, where to hear more, and the permission to. The id says from where on, so that nothing falls between
    case "GET /room":
      if (!name)
        break;
      response.setHeader("Link", [`<${hub}>; rel="mercure"; last-event-id="${lastEventId}"`, `<${topic}>; rel="self"`]);
      response.setHeader("Set-Cookie", hubCookie());
      response.setHeader("Content-Type", "application/json");
      response.setHeader("Cache-Control", "no-store");
      response.end(JSON.stringify(messages));
      return;

    // The name is the session's, so nobody speaks for another
    case "POST /messages": {
      if (!name)
        break;
      const message = { name, text: String((await bodyOf(request)).text).slice(0, 2_000) };
      await publish(message);
      messages.push(message);
      messages.splice(0, messages.length - kept);
      response.writeHead(204).end();
      return;
    }

    default:
      response.writeHead(404).end("Not found.");
      return;
  }

  response.writeHead(401).end("Say who you are first.");
}

const server = createServer((request, response) =>
  answer(request, response).catch(error => response.writeHead(502).end(error.message)));
server.listen(port, "localhost", async () => {
  const origin = `http://localhost:${server.address().port}`;
  topic = `${origin}/room`;
  try {
    // Its id is what the first page goes on from; of this type, no page hears it
    await publish({}, "opened");
    console.log(`The chat is at ${origin}`);
  } catch (error) {
    console.error(error.cause ? `The hub ${hub} can't be reached: ${error.cause.message}` : error.message);
    process.exit(1);
  }
});
