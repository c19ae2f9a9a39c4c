"""Publishes an update with Python 3 and its standard library."""
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

hub = os.environ.get("HUB_URL", "http://localhost:3000/hub")
token = os.environ.get("TOKEN", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7InN1YnNjcmliZSI6WyJmb28iLCJiYXIiXSwicHVibGlzaCI6WyJmb28iXX19.afLx2f2ut3YgNVFStCx95Zm_UND1mZJ69OenXaDuZL8")

form = urllib.parse.urlencode({
    "topic": "https://example.com/books/1",
    "data": json.dumps({"availability": "sold out", "from": "Python"}),
})
request = urllib.request.Request(hub, form.encode(), {"Authorization": f"Bearer {token}"})

try:
    with urllib.request.urlopen(request, timeout=10) as response:
        print(response.status, response.read().decode())
except urllib.error.HTTPError as refusal:
    sys.exit(f"{refusal.code} {refusal.read().decode()}")
