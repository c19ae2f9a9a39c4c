// Publishes an update with Node.js 18 or later, which needs no package for it.
const hub = process.env.HUB_URL ?? "http://localhost:3000/hub";
const token = process.env.TOKEN
  ?? "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7InN1YnNjcmliZSI6WyJmb28iLCJiYXIiXSwicHVibGlzaCI6WyJmb28iXX19.afLx2f2ut3YgNVFStCx95Zm_UND1mZJ69OenXaDuZL8";

const response = await fetch(hub, {
  method: "POST",
  headers: { Authorization: `Bearer ${token}` },
  // Sent as application/x-www-form-urlencoded
  body: new URLSearchParams({
    topic: "https://example.com/books/1",
    data: JSON.stringify({ availability: "sold out", from: "Node.js" }),
  }),
});

console.log(response.status, await response.text());
process.exitCode = response.ok ? 0 : 1;
