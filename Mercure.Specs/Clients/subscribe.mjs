// Subscribes with the client that is named first to the URL that follows, with a token, until the data "end". A line on
// standard output for each opened stream and each event; nothing of the clients is changed.
import { EventSource } from "eventsource";
import { fetchEventSource } from "@microsoft/fetch-event-source";
import polyfill from "event-source-polyfill";
import ReconnectingEventSource from "reconnecting-eventsource";

const [client, url, token] = process.argv.slice(2);
const headers = token ? { Authorization: `Bearer ${token}` } : {};
const opened = response => console.log(JSON.stringify({ opened: response.headers.get("Last-Event-ID") }));

function received(id, data) {
  console.log(JSON.stringify({ id, data }));
  if (data === "end")
    process.exit(0);
}

const clients = {
  eventsource() {
    const source = new EventSource(url, {
      fetch: async (input, init) => {
        const response = await fetch(input, { ...init, headers: { ...init.headers, ...headers } });
        opened(response);
        return response;
      },
    });
    source.onmessage = event => received(event.lastEventId, event.data);
  },

  // Made for browsers: what it needs of one is the global object's other name
  "fetch-event-source"() {
    globalThis.window = globalThis;
    fetchEventSource(url, {
      headers,
      openWhenHidden: true,
      onopen: async response => opened(response),
      onmessage: message => message.data && received(message.id, message.data),
      // A stream that ends is one to come back to, as EventSource does
      onclose: () => { throw new Error("ended"); },
      onerror: () => 20,
    });
  },

  // Sends the last id in the query, as lastEventId
  "event-source-polyfill"() {
    // It reports each connection that broke
    console.error = () => {};
    follow(new polyfill.EventSourcePolyfill(url, { headers }));
  },

  // Adds the last id to the query, as lastEventId, when what it wraps has given up
  "reconnecting-eventsource"() {
    follow(new ReconnectingEventSource(url, { eventSourceClass: GivesUp, max_retry_time: 20 }));
  },
};

function follow(source) {
  source.addEventListener("message", event => received(event.lastEventId, event.data));
}

// Some browsers end like this when a proxy answers while the hub is away
class GivesUp extends EventSource {
  set onerror(handler) {
    super.onerror = event => {
      this.close();
      handler(event);
    };
  }
}

clients[client]();
