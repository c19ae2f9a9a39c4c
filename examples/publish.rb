# Publishes an update with Ruby and its standard library.
require "json"
require "net/http"

hub = URI(ENV.fetch("HUB_URL", "http://localhost:3000/hub"))
token = ENV.fetch("TOKEN", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtZXJjdXJlIjp7InN1YnNjcmliZSI6WyJmb28iLCJiYXIiXSwicHVibGlzaCI6WyJmb28iXX19.afLx2f2ut3YgNVFStCx95Zm_UND1mZJ69OenXaDuZL8")

request = Net::HTTP::Post.new(hub)
request["Authorization"] = "Bearer #{token}"
request.set_form_data(
  "topic" => "https://example.com/books/1",
  "data" => { availability: "sold out", from: "Ruby" }.to_json
)

response = Net::HTTP.start(hub.host, hub.port, use_ssl: hub.scheme == "https") { |http| http.request(request) }
puts "#{response.code} #{response.body}"
exit response.is_a?(Net::HTTPSuccess)
