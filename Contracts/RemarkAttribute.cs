namespace Analytics.Contracts;

/// <summary>A list of these says something about an answer, and is not what was asked for: no table is made of it.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RemarkAttribute : Attribute;
