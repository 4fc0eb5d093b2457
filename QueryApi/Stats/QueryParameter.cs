namespace Analytics.QueryApi.Stats;

/// <summary>A parameter of the query string. What is read, what is refused and what is documented come from the same object.</summary>
internal abstract record QueryParameter(string Name, string Description)
{
    /// <summary>A value as callers would send it, where the name alone does not tell.</summary>
    public string? Example { get; init; }
}

/// <summary>Any text, empty where absent.</summary>
internal sealed record TextParameter(string Name, string Description, bool Required = false) : QueryParameter(Name, Description);

/// <summary>Any number of texts: <c>?page=/a&amp;page=/b</c>.</summary>
internal sealed record TextsParameter(string Name, string Description) : QueryParameter(Name, Description);

/// <summary>One of a few words.</summary>
internal sealed record ChoiceParameter(string Name, string Description, IReadOnlyList<string> Allowed, string Default)
    : QueryParameter(Name, Description);

/// <summary>A whole number within bounds.</summary>
internal sealed record NumberParameter(string Name, string Description, int Min, int Max, int Default)
    : QueryParameter(Name, Description);

/// <summary>A handler's argument that is read from the query string; its parameters go into the documentation.</summary>
internal interface IQueryPart
{
    static abstract IReadOnlyList<QueryParameter> Parameters { get; }
}
