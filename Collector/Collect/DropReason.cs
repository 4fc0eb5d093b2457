namespace Analytics.Collector.Collect;

/// <summary>Why a well-formed event is not stored. The metric's tag, the drops table's column and the X-Dropped header at once, so the list is closed.</summary>
internal enum DropReason
{
    None,

    /// <summary>Says itself that it is a robot.</summary>
    Bot,

    /// <summary>A browser that a program steers.</summary>
    Automation,

    /// <summary>Comes from a site that is known to send made-up visits.</summary>
    ReferrerSpam,

    /// <summary>Does more in a second or a minute than a person can.</summary>
    Rate,

    /// <summary>The visitor's browser objects.</summary>
    OptedOut,

    BlockedIp,
    BlockedPath,
    BlockedHost,
    UnknownSite,

    /// <summary>Ends a session that was not begun, or long ago.</summary>
    UnknownSession,
}

internal static class DropReasonNames
{
    public static string Text(this DropReason reason) => reason switch
    {
        DropReason.Bot => "bot",
        DropReason.Automation => "automation",
        DropReason.ReferrerSpam => "referrer_spam",
        DropReason.Rate => "rate",
        DropReason.OptedOut => "opted_out",
        DropReason.BlockedIp => "blocked_ip",
        DropReason.BlockedPath => "blocked_path",
        DropReason.BlockedHost => "blocked_host",
        DropReason.UnknownSite => "unknown_site",
        DropReason.UnknownSession => "unknown_session",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };

    /// <summary>As the sender is told: a browser that a program steers is a robot to it, and apart only in our counts.</summary>
    public static string Header(this DropReason reason) => (reason == DropReason.Automation ? DropReason.Bot : reason).Text();
}
