using System.Data.Common;
using LinqToDB.Interceptors;

namespace Mercure.Journal;

/// <summary>
/// Prepares each connection: settings that the database forgets with it, and before the first is used, whatever must hold of
/// the database, which may have been away when the hub started.
/// </summary>
/// <param name="settings">Statement to be executed on each; null for none.</param>
/// <param name="check">Done once; throws when the database can't be used as it is.</param>
internal sealed class Session(string? settings, Action<DbConnection> check) : ConnectionInterceptor
{
    private volatile bool _isChecked;

    public override void ConnectionOpened(ConnectionEventData eventData, DbConnection connection)
    {
        if (settings is not null)
            Commands.Execute(connection, settings);
        CheckOnce(connection);
    }

    public override async Task ConnectionOpenedAsync(ConnectionEventData eventData, DbConnection connection, CancellationToken cancellationToken)
    {
        if (settings is not null)
            await Commands.ExecuteAsync(connection, settings, cancellationToken);
        // Only the first waits in its thread, and two at once do no harm.
        CheckOnce(connection);
    }

    private void CheckOnce(DbConnection connection)
    {
        if (_isChecked)
            return;

        check(connection);
        _isChecked = true;
    }
}
