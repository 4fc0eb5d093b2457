namespace Analytics.Contracts;

/// <summary>Says something about an answer, and is not what was asked for: no table is made of it, or of a list of it, and no columns.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RemarkAttribute : Attribute;
