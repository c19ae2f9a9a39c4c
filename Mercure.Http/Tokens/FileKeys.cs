namespace Mercure.Http.Tokens;

/// <summary>
/// Keys of which some are in files. Compares the files' content, at most once a second and only when a token is verified, as a
/// certificate's (modification times lie where a link is swapped). A content that can't be used leaves the keys as they were.
/// </summary>
internal sealed class FileKeys : ITokenKeys
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<TokenKey> _fixed;
    private readonly WatchedFile[] _files;
    private readonly KeyContext _context;
    private readonly Lock _checking = new();
    private KeySet _current;
    private long _checkedAt;

    public FileKeys(IReadOnlyList<TokenKey> others, IReadOnlyList<KeyFileContent> files, KeyContext context)
    {
        (_fixed, _context) = (others, context);
        _files = [.. files.Select(static file => new WatchedFile(file))];
        _current = KeySet.Of(Keys);
    }

    public KeySet Current
    {
        get
        {
            // Whoever comes while another one looks goes on with what there is
            if (_context.Clock.GetElapsedTime(Volatile.Read(ref _checkedAt)) >= CheckInterval && _checking.TryEnter())
            {
                try
                {
                    Volatile.Write(ref _checkedAt, _context.Clock.GetTimestamp());
                    foreach (var file in _files)
                        Check(file);
                }
                finally
                {
                    _checking.Exit();
                }
            }

            return Volatile.Read(ref _current);
        }
    }

    private IReadOnlyList<TokenKey> Keys => [.. _fixed, .. _files.SelectMany(static file => file.Keys)];

    public ValueTask<KeySet?> GetAsync() => new(Current);

    public ValueTask<KeySet?> FindAsync(string keyId) => new(Current);

    private void Check(WatchedFile file)
    {
        string text;
        try
        {
            text = file.Source.Read();
        }
        catch (IOException failure)
        {
            if (failure.Message != file.Unreadable)
                KeyLog.FileRefused(_context.Log, file.Source.Path, failure.Message);
            file.Unreadable = failure.Message;
            return;
        }

        file.Unreadable = null;
        if (text == file.Seen)
            return;
        // Remembered first: a bad key, or one that is half written, is logged once and not with every token
        file.Seen = text;
        if (Problem(file, text) is { } problem)
            KeyLog.FileRefused(_context.Log, file.Source.Path, problem);
        else
            Use(file);
    }

    /// <summary>Null when the keys of the file are those of this content now.</summary>
    private string? Problem(WatchedFile file, string text)
    {
        var before = file.Keys;
        try
        {
            file.Keys = file.Source.Parse(text);
        }
        catch (FormatException failure)
        {
            return failure.Message;
        }

        if (_context.Shared.TryReplace(this, _context.Generation, Keys))
            return null;
        file.Keys = before;
        return SharedKeys.Problem;
    }

    private void Use(WatchedFile file)
    {
        var next = KeySet.Of(Keys);
        Volatile.Write(ref _current, next);
        KeyLog.FileReloaded(_context.Log, file.Source.Path, next.Algorithms);
        if (file.Keys.Any(static key => key.IsShort))
            KeyLog.ShortKeyIn(_context.Log, file.Source.Path);
    }

    private sealed class WatchedFile(KeyFileContent content)
    {
        public KeyFile Source => content.File;

        public string Seen { get; set; } = content.Text;

        public string? Unreadable { get; set; }

        public IReadOnlyList<TokenKey> Keys { get; set; } = content.Keys;
    }
}
