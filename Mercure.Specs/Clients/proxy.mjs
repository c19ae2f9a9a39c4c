// A proxy that compresses whatever it may, as development servers and many a Node gateway do: express's compression in front
// of http-proxy. Beside the hub, whose URL is named, it has a stream of its own that lacks no-transform, to compare with.
// Lines on standard output say where it listens and what has gone into the compression.
import http from "node:http";
import compression from "compression";
import httpProxy from "http-proxy";

const [hub] = process.argv.slice(2);
let end;

const other = http.createServer((request, response) => {
  if (request.url === "/control/end") {
    end();
    response.end();
    return;
  }

  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "private, no-cache, no-store", "X-Accel-Buffering": "no" });
  response.write("data: control\n\n");
  end = () => response.end();
});

const proxy = httpProxy.createProxyServer({});
const compress = compression();
const front = http.createServer((request, response) => {
  const isControl = request.url.startsWith("/control");
  compress(request, response, () => proxy.web(request, response, { target: isControl ? `http://127.0.0.1:${other.address().port}` : hub }));
});
proxy.on("proxyRes", (answer, request) => {
  if (request.url === "/control")
    answer.once("data", () => setImmediate(() => console.log("control passed")));
});
proxy.on("error", (error, request, response) => response.destroy());

other.listen(0, "127.0.0.1", () => front.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${front.address().port}`)));
