System.Console.WriteLine("mercure-bench");
