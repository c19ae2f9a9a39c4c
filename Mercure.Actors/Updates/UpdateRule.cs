namespace Mercure.Actors.Updates;

/// <summary>A rule that an update can break. All of them are in <see cref="UpdateRules"/>.</summary>
/// <param name="Name">For programs: the rule's name in <see cref="UpdateRules"/>.</param>
/// <param name="Reason">For people: a sentence in printable ASCII without quotes, and without anything of the update.</param>
public sealed record UpdateRule(string Name, string Reason);
