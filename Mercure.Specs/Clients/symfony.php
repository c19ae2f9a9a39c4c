<?php
// Requests and tokens in the form in which Symfony's Mercure component makes them: a claim with both lists, an expiry in
// fractions of a second, form fields repeated without brackets and encoded as PHP's urlencode() does, "private" set to "on".
[, $hub, $secret] = $argv;

function encode(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

$claims = ['mercure' => ['publish' => ['https://example.com/{+any}'], 'subscribe' => [], 'payload' => ['user' => 'é']], 'exp' => microtime(true) + 3600.5];
$signed = encode(json_encode(['typ' => 'JWT', 'alg' => 'HS256'])) . '.' . encode(json_encode($claims));
$token = $signed . '.' . encode(hash_hmac('sha256', $signed, $secret, true));

$fields = [
    'topic' => ['https://example.com/books/1', 'https://example.com/users/dunglas/é'],
    'data' => "<turbo-stream action=\"append\" target=\"messages\">\n  <template>1 + 1 & é</template>\n</turbo-stream>",
    'private' => 'on',
    'id' => null,
    'type' => 'books',
    'retry' => null,
];
$pairs = [];
foreach ($fields as $name => $values) {
    foreach (array_filter((array) $values, 'is_string') as $value) {
        $pairs[] = "$name=" . urlencode($value);
    }
}

$answer = file_get_contents($hub, false, stream_context_create(['http' => [
    'method' => 'POST',
    'header' => ["Authorization: Bearer $token", 'Content-Type: application/x-www-form-urlencoded', 'Accept: */*', 'User-Agent: Symfony HttpClient (Native)'],
    'content' => implode('&', $pairs),
    'ignore_errors' => true,
]]));
echo explode(' ', $http_response_header[0])[1] . " $answer";
