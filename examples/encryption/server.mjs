// Updates that the hub carries and can't read (JSON Web Encryption, RFC 7516), with Node.js 18 or later and no package:
// node server.mjs, then open the address that it prints.
import { createCipheriv, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

const hub = new URL(process.env.HUB_URL ?? "http://localhost:3000/hub");
const token = process.env.TOKEN
  ?? "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7InN1YnNjcmliZSI6WyJmb28iLCJiYXIiXSwicHVibGlzaCI6WyJmb28iXX19.afLx2f2ut3YgNVFStCx95Zm_UND1mZJ69OenXaDuZL8";
const topic = "https://example.com/reports/1";

// The publisher and its readers share a key; the hub never gets it. Whoever has the invitation is a reader
const key = randomBytes(32);
const kid = randomBytes(8).toString("base64url");
const invitation = randomBytes(16).toString("base64url");

/** RFC 7516, 3.1, with the shared key itself ("dir") and AES-256 in GCM: header, no encrypted key, iv, ciphertext, tag. */
function encrypt(text) {
  const header = Buffer.from(JSON.stringify({ alg: "dir", enc: "A256GCM", kid })).toString("base64url");
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(header, "ascii"));
  const content = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return [header, "", ...[iv, content, cipher.getAuthTag()].map(part => part.toString("base64url"))].join(".");
}

async function publish(text) {
  const response = await fetch(hub, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
    body: new URLSearchParams({ topic, data: encrypt(text) }),
  });
  if (!response.ok)
    throw new Error(`The hub refused the update (${response.status}): ${(await response.text()).trim()}`);
}

async function textOf(request) {
  const chunks = [];
  for await (const chunk of request)
    chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function answer(request, response) {
  const isReader = (request.headers.cookie ?? "").split("; ").includes(`reader=${invitation}`);
  switch (`${request.method} ${request.url}`) {
    case `GET /?invitation=${invitation}`:
      response.setHeader("Set-Cookie", `reader=${invitation}; Path=/; HttpOnly; SameSite=Strict`);
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.end(await readFile(new URL("index.html", import.meta.url)));
      return;

    // The hub, and where its updates' keys are
    case "GET /report":
      response.setHeader("Link", [`<${hub}>; rel="mercure"; key-set="/keys"`, `<${topic}>; rel="self"`]);
      response.end("A report that changes now and then.");
      return;

    // A JWK set (RFC 7517), for readers only
    case "GET /keys":
      if (!isReader)
        break;
      response.setHeader("Content-Type", "application/jwk-set+json");
      response.setHeader("Cache-Control", "no-store");
      response.end(JSON.stringify({ keys: [{ kty: "oct", kid, alg: "dir", enc: "A256GCM", use: "enc", k: key.toString("base64url") }] }));
      return;

    case "POST /report":
      if (!isReader)
        break;
      await publish(await textOf(request));
      response.writeHead(204).end();
      return;

    default:
      response.writeHead(404).end("Not found.");
      return;
  }

  response.writeHead(403).end("For readers only: open the address with the invitation.");
}

const server = createServer((request, response) =>
  answer(request, response).catch(error => response.writeHead(502).end(error.message)));
server.listen(Number(process.env.PORT ?? 8081), "localhost", () =>
  console.log(`The report is at http://localhost:${server.address().port}/?invitation=${invitation}`));
