using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace Analytics.QueryApi.Exports;

/// <summary>Writes a table as a JSON object a line.</summary>
/// <param name="nestedAsText">Lists and maps as text, for a reader that has a column of text for them.</param>
internal sealed class NdJsonWriter(PipeWriter output, JsonSerializerOptions json, bool nestedAsText = false)
{
    private const int FlushBytes = 1 << 15;

    public async Task WriteAsync(Table table, CancellationToken ct)
    {
        var names = table.Columns.Select(column => JsonEncodedText.Encode(column.Name, json.Encoder)).ToArray();
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = json.Encoder });
        var waiting = 0L;
        foreach (var row in table.Rows)
        {
            writer.WriteStartObject();
            for (var i = 0; i < names.Length; i++)
            {
                writer.WritePropertyName(names[i]);
                if (nestedAsText && table.Columns[i].Type == CellType.Json && row[i] is { } nested)
                {
                    writer.WriteStringValue(JsonSerializer.Serialize(nested, json));
                }
                else
                {
                    JsonSerializer.Serialize(writer, row[i], json);
                }
            }

            writer.WriteEndObject();
            writer.Flush();
            waiting += writer.BytesCommitted + 1;
            writer.Reset();
            output.Write("\n"u8);
            if (waiting >= FlushBytes)
            {
                await output.FlushAsync(ct);
                waiting = 0;
            }
        }

        await output.FlushAsync(ct);
    }
}
