using System.Diagnostics;
using Mercure.Specs.Settings;
using Xunit;

namespace Mercure.Specs.Faults;

/// <summary>A small file system of its own, to be filled or made read-only. Only root may mount one.</summary>
internal sealed class Tmpfs : IDisposable
{
    private readonly string _mount = System.IO.Directory.CreateTempSubdirectory("mercure-specs-tmpfs-").FullName;
    private readonly string _ballast;

    public Tmpfs(int megabytes)
    {
        _ballast = Path.Combine(_mount, "ballast");
        Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", _mount);
        Directory = System.IO.Directory.CreateDirectory(Path.Combine(_mount, "hub")).FullName;
    }

    public string Directory { get; }

    /// <summary>Leaves no room.</summary>
    public void Fill()
    {
        using var file = new FileStream(_ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
                file.Write(new byte[4096]);
        }
        catch (IOException)
        {
            // Full: what was wanted.
        }
    }

    public void MakeRoom() => File.Delete(_ballast);

    public void MakeReadOnly() => Run("mount", "-o", "remount,ro", _mount);

    public void Dispose()
    {
        Run("umount", "-l", _mount);
        System.IO.Directory.Delete(_mount);
    }

    /// <summary>Why none can be mounted here; null if one can.</summary>
    public static string? Probe()
    {
        try
        {
            new Tmpfs(1).Dispose();
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"no file system can be mounted here: {e.Message}";
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {error}");
    }
}

/// <summary>Skipped where no file system can be mounted.</summary>
internal sealed class TmpfsFactAttribute : FactAttribute
{
    public TmpfsFactAttribute() => Skip = Needs.Mounts;
}
