namespace Analytics.Collector.Collect;

/// <summary>Why a well-formed event is not stored. The metric's tag and the X-Dropped header at once, so the list is closed.</summary>
internal enum DropReason
{
    None,
    Bot,
    UnknownSite,
}

internal static class DropReasonNames
{
    public static string Text(this DropReason reason) => reason switch
    {
        DropReason.Bot => "bot",
        DropReason.UnknownSite => "unknown_site",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };
}
