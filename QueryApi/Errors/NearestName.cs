namespace Analytics.QueryApi.Errors;

/// <summary>Words an answer to a name that does not exist: which names do, and which of them was probably meant.</summary>
internal static class NearestName
{
    /// <summary>"'visitrs' is not one of: visitors, visits. Did you mean 'visitors'?"</summary>
    public static string NotOneOf(string text, IReadOnlyCollection<string> names) =>
        $"'{text}' is not one of: {string.Join(", ", names)}.{Hint(text, names)}";

    /// <summary>" Did you mean 'visitors'?", or nothing where no name is near.</summary>
    public static string Hint(string text, IEnumerable<string> names) => Of(text, names) is { } nearest ? $" Did you mean '{nearest}'?" : "";

    /// <summary>The name that differs least, or null where none is near: at most a third of it is written otherwise.</summary>
    public static string? Of(string text, IEnumerable<string> names)
    {
        if (text.Length > 100)
        {
            return null;
        }

        var (nearest, least) = ((string?)null, int.MaxValue);
        foreach (var name in names)
        {
            var distance = Distance(text, name);
            if (distance < least && distance <= Math.Max(1, Math.Max(name.Length, text.Length) / 3))
            {
                (nearest, least) = (name, distance);
            }
        }

        return nearest;
    }

    // Letters to insert, leave out, replace or swap with their neighbour, in whatever case; three rows of the usual table.
    private static int Distance(string a, string b)
    {
        var (before, last, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var other = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + other);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, last, row) = (last, row, before);
        }

        return last[b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
