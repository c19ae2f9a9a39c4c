using Embedding;

// curl -N 'http://localhost:5000/hub?topic=http://localhost:5000/orders/{id}'
// curl -X POST http://localhost:5000/orders/1/ship
await Shop.Build(args, Environment.CurrentDirectory).RunAsync();
