namespace Mercure.Actors.Updates;

/// <summary>A generation of the Mercure protocol. The numbers are stored: they never change.</summary>
public enum Generation : byte
{
    /// <summary>0.7 (spec draft 04): <c>/hub</c>, audiences are targets.</summary>
    V07 = 7,
}
