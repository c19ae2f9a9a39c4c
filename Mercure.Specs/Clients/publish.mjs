// Publishes with Node's https, as the examples of the protocol's site do.
import https from "node:https";
import { stringify } from "node:querystring";

const [url, token, certificate] = process.argv.slice(2);
const body = stringify({ topic: ["https://localhost/demo/books/1.jsonld", "https://example.com/other"], data: JSON.stringify({ key: "updated value" }), private: "on" });

const request = https.request(url, {
  method: "POST",
  ca: (await import("node:fs")).readFileSync(certificate),
  headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/x-www-form-urlencoded", "Content-Length": Buffer.byteLength(body) },
}, async response => {
  let text = "";
  for await (const chunk of response)
    text += chunk;
  console.log(response.statusCode, text);
});
request.on("error", error => { console.error(error.message); process.exitCode = 1; });
request.end(body);
