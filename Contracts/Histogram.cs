namespace Analytics.Contracts;

/// <summary>A bar of a histogram.</summary>
/// <param name="From">Least value that it counts.</param>
/// <param name="To">Greatest value that it counts; null where it has no end.</param>
public sealed record CountBin(long From, long? To, long Count);
