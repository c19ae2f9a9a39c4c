namespace Mercure.Actors.Updates;

/// <summary>A generation of the Mercure protocol. The numbers are stored: they never change.</summary>
public enum Generation : byte
{
    /// <summary>0.7 (spec draft 04): <c>/hub</c>, audiences are targets.</summary>
    V07 = 7,

    /// <summary>0.10 to 0.24 (spec draft 07): <c>/.well-known/mercure</c>, audiences of private updates are their topics.</summary>
    V010 = 10,
}
