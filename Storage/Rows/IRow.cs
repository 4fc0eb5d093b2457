namespace Analytics.Storage;

/// <summary>A row of one table, which knows its columns and how to write them: both lists are one beside the other in each type.</summary>
public interface IRow
{
    /// <summary>The table that the row goes into.</summary>
    static abstract string Table { get; }

    /// <summary>The columns that <see cref="WriteTo"/> writes, in its order.</summary>
    static abstract IReadOnlyList<string> Columns { get; }

    void WriteTo(RowBinaryWriter writer);
}
