using System.Globalization;
using Analytics.Storage;

namespace Analytics.QueryApi.Stats;

/// <summary>Ids of visitors and sessions as they stand in answers and addresses.</summary>
internal static class IdText
{
    public static string Hex(ulong id) => id.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>What a text may stand for: the hash of the tracker's own id and, where it looks like one, our 16 hex digits.</summary>
    public static IEnumerable<ulong> Candidates(string text)
    {
        yield return Identifier.Of(text);
        if (text.Length == 16 && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id))
        {
            yield return id;
        }
    }
}
