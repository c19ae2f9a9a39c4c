#!/usr/bin/env python3
"""Measures what hostile topic selectors cost others (docs/security.md, docs/decisions/0009-dear-selectors-are-matched-apart.md).

Against a hub of generation 0.10 that is running, for example:

  MERCURE_PUBLISHER_JWT_KEY='!ChangeMe!' MERCURE_SUBSCRIBER_JWT_KEY='!ChangeMe!' MERCURE_ALLOW_ANONYMOUS=1 \\
    MERCURE_V010_SUBSCRIPTIONS=1 ADDR=127.0.0.1:3000 mercure &
  scripts/matching-attack.py --url http://127.0.0.1:3000 --attackers 1000 --selectors 100 --piece '{/a}{;b*}'

For some seconds it publishes updates of many long topics beside short ones, and opens new subscribers, and prints how long an update of
a short topic took to an exact and to a template subscriber, and how long a new subscriber waited for its response's head.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import json
import time
import urllib.parse

PATH = "/.well-known/mercure"


def token(key):
    def encode(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    text = encode(b'{"alg":"HS256","typ":"JWT"}') + b"." + encode(json.dumps({"mercure": {"publish": ["*"]}}).encode())
    return (text + b"." + encode(hmac.new(key.encode(), text, hashlib.sha256).digest())).decode()


class Hub:
    def __init__(self, url, key):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port, self.token = parts.hostname, parts.port or 80, token(key)

    async def subscribe(self, topics):
        reader, writer = await asyncio.open_connection(self.host, self.port, limit=2**22)
        query = "&".join("topic=" + urllib.parse.quote(topic, safe="") for topic in topics)
        writer.write(f"GET {PATH}?{query} HTTP/1.1\r\nHost: hub\r\n\r\n".encode())
        return reader, writer

    async def publish(self, topics, data):
        reader, writer = await asyncio.open_connection(self.host, self.port)
        body = urllib.parse.urlencode([("topic", topic) for topic in topics] + [("data", data)], safe="/").encode()
        writer.write(
            f"POST {PATH} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {self.token}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
        )
        answer = await reader.read()
        writer.close()
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(answer.decode(errors="replace"))


async def head(reader):
    while not (await reader.readline()).startswith(b":"):
        pass


async def drain(reader):
    while await reader.read(2**16):
        pass


class Honest:
    """A subscriber that notes when each update came."""

    def __init__(self):
        self.seen = {}
        self.changed = asyncio.Event()

    async def open(self, hub, topic):
        reader, self.writer = await hub.subscribe([topic])
        await head(reader)
        self.task = asyncio.create_task(self.read(reader))
        return self

    async def read(self, reader):
        while line := await reader.readline():
            if line.startswith(b"data: "):
                self.seen[line[6:].strip().decode()] = time.monotonic()
                self.changed.set()

    async def wait(self, data):
        while data not in self.seen:
            self.changed.clear()
            await self.changed.wait()
        return self.seen[data]


def selector(piece, attacker, number, parts):
    count = piece.count("{")
    return f"{{/v{attacker}x{number}}}" + piece * ((parts - 1) // count)


async def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--url", default="http://127.0.0.1:3000")
    options.add_argument("--key", default="!ChangeMe!")
    options.add_argument("--attackers", type=int, default=40)
    options.add_argument("--selectors", type=int, default=4)
    options.add_argument("--parts", type=int, default=100, help="of each selector")
    options.add_argument("--piece", default="{/a}")
    options.add_argument("--topics", type=int, default=250, help="of a hostile update; 0 for none")
    options.add_argument("--length", type=int, default=3900, help="of each of its topics")
    options.add_argument("--seconds", type=float, default=10)
    given = options.parse_args()
    hub = Hub(given.url, given.key)
    exact = await Honest().open(hub, "https://example.com/books/1")
    template = await Honest().open(hub, "https://example.com/books/{id}")

    attackers = []
    began = time.monotonic()
    for attacker in range(given.attackers):
        reader, writer = await hub.subscribe([selector(given.piece, attacker, number, given.parts) for number in range(given.selectors)])
        attackers.append((asyncio.create_task(drain(reader)), writer))
    print(f"{given.attackers} attackers connected in {time.monotonic() - began:.2f} s")

    delays, attached = {"exact": [], "template": []}, []
    hostile = [f"/{number}{'a' * given.length}" for number in range(given.topics)]
    began = time.monotonic()
    number = 0
    while time.monotonic() - began < given.seconds:
        number += 1
        attack = asyncio.create_task(hub.publish(hostile, f"hostile {number}")) if hostile else None
        sent = time.monotonic()
        opened = asyncio.create_task(Honest().open(hub, "https://example.com/books/2"))
        await hub.publish(["https://example.com/books/1"], f"honest {number}")
        for name, subscriber in (("exact", exact), ("template", template)):
            delays[name].append(await subscriber.wait(f"honest {number}") - sent)
        late = await opened
        attached.append(time.monotonic() - sent)
        late.writer.close()
        if attack:
            await attack
        await asyncio.sleep(max(0, sent + 0.25 - time.monotonic()))

    for name, values in (("update to an exact subscriber", delays["exact"]), ("update to a template's subscriber", delays["template"]), ("new subscriber", attached)):
        values.sort()
        print(f"{name}: p50 {values[len(values) // 2] * 1000:.0f} ms, most {values[-1] * 1000:.0f} ms, {len(values)} times")
    for task, writer in attackers:
        task.cancel()
        writer.close()


asyncio.run(main())
