<?php
// Publishes an update with PHP 7.4 or later, without extensions.
$hub = getenv('HUB_URL') ?: 'http://localhost:3000/hub';
$token = getenv('TOKEN') ?: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7InN1YnNjcmliZSI6WyJmb28iLCJiYXIiXSwicHVibGlzaCI6WyJmb28iXX19.afLx2f2ut3YgNVFStCx95Zm_UND1mZJ69OenXaDuZL8';

$answer = file_get_contents($hub, false, stream_context_create(['http' => [
    'method' => 'POST',
    'header' => ['Content-Type: application/x-www-form-urlencoded', "Authorization: Bearer $token"],
    'content' => http_build_query([
        'topic' => 'https://example.com/books/1',
        'data' => json_encode(['availability' => 'sold out', 'from' => 'PHP']),
    ]),
    'ignore_errors' => true, // the reason of a refusal is in the body
    'timeout' => 10,
]]));

$status = (int) explode(' ', $http_response_header[0] ?? '- 0')[1];
echo "$status $answer\n";
exit($status === 200 ? 0 : 1);
