using System.Diagnostics;
using System.Text;
using Mercure.Specs.Processes;

namespace Mercure.Specs.Protocol;

/// <summary>The bytes of a stream that is still being written.</summary>
internal sealed class GrowingText(Stream stream) : IDisposable
{
    private static readonly TimeSpan Patience = Eventually.Patience;

    private readonly MemoryStream _read = new();
    private readonly byte[] _buffer = new byte[64 << 10];

    /// <summary>Completes as soon as it has been read; fails when the stream ends before.</summary>
    public async Task ContainsAsync(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        while (_read.GetBuffer().AsSpan(0, (int)_read.Length).IndexOf(bytes) < 0)
            Xunit.Assert.True(await ReadAsync(), $"The stream ended without \"{text}\".");
    }

    public async Task<byte[]> ToEndAsync()
    {
        while (await ReadAsync())
        {
        }

        return _read.ToArray();
    }

    public void Dispose()
    {
        stream.Dispose();
        _read.Dispose();
    }

    private async Task<bool> ReadAsync()
    {
        var count = await stream.ReadAsync(_buffer).AsTask().WaitAsync(Patience);
        _read.Write(_buffer, 0, count);
        return count > 0;
    }
}

/// <summary>Another program that reads a stream and writes what it understood.</summary>
internal sealed class OutputOf : IDisposable
{
    private static readonly TimeSpan Patience = Eventually.Patience;

    private readonly Process _process;
    private readonly Task<string> _errors;

    private OutputOf(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        Text = new GrowingText(Output);
    }

    public Stream Output => _process.StandardOutput.BaseStream;

    public GrowingText Text { get; }

    public static OutputOf Start(string program, IEnumerable<string> arguments) => new(Process.Start(new ProcessStartInfo(program, arguments)
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!);

    /// <summary>Reads to the end, so that the program can write all of it.</summary>
    public async Task<(int ExitCode, string Errors)> ExitAsync()
    {
        await Text.ToEndAsync();
        using var late = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(late.Token);
        return (_process.ExitCode, await _errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        Text.Dispose();
        _process.Dispose();
    }
}
