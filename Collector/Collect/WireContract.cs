using System.Buffers;
using System.Globalization;
using System.Net.Mime;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Analytics.Collector.Collect;

/// <summary>One system's way to send events: how its body is read and what its senders expect to hear.</summary>
/// <param name="Name">Stored with each event.</param>
/// <param name="Read">Says what a body means. Decides nothing and throws nothing.</param>
internal sealed record WireContract(string Name, WireContract.Adapter Read)
{
    public delegate void Adapter(JsonElement body, IncomingRequest request, Reading reading);

    public delegate Task Answer(HttpContext context, Outcome outcome);

    /// <param name="Session">Of the last visit stored; null where nothing was.</param>
    /// <param name="Dropped">Why the last visit that was not stored was not.</param>
    public readonly record struct Outcome(int Accepted, IReadOnlyList<Reading.Refusal> Refused, string? Session, DropReason Dropped);

    public Answer Write { get; init; } = Accepted;

    /// <summary>No body at all is as good as an empty object.</summary>
    public bool TakesNoBody { get; init; }

    /// <summary>How much a request may hold.</summary>
    public BodyLimits Limits { get; init; } = BodyLimits.Events;

    /// <summary>Pages of other origins may send their cookies along.</summary>
    public bool HasCookies { get; init; }

    // Reasons quote field names; the answer is JSON and never part of a page.
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Our own answer: 202 and how many were taken.</summary>
    private static Task Accepted(HttpContext context, Outcome outcome)
    {
        if (outcome.Refused.Count > 0)
        {
            return JsonAsync(context, StatusCodes.Status202Accepted, writer =>
            {
                writer.WriteNumber("accepted"u8, outcome.Accepted);
                writer.WriteStartArray("refused"u8);
                WriteRefused(writer, outcome.Refused);
                writer.WriteEndArray();
            });
        }

        // Nearly every request is answered so.
        Span<byte> answer = stackalloc byte[64];
        Utf8.TryWrite(answer, CultureInfo.InvariantCulture, $$"""{"accepted":{{outcome.Accepted}},"refused":[]}""", out var length);
        var response = context.Response;
        response.StatusCode = StatusCodes.Status202Accepted;
        response.ContentType = MediaTypeNames.Application.Json;
        response.ContentLength = length;
        response.BodyWriter.Write(answer[..length]);
        return Task.CompletedTask;
    }

    /// <summary>What servers of the replaced systems answer: 200 when stored; 202 when dropped on purpose, which senders take for the same.</summary>
    public static Task SuccessAsync(HttpContext context, Outcome outcome, Action<Utf8JsonWriter> write) => JsonAsync(
        context, outcome.Dropped == DropReason.None ? StatusCodes.Status200OK : StatusCodes.Status202Accepted, writer =>
        {
            write(writer);
            if (outcome.Refused.Count > 0)
            {
                writer.WriteStartArray("refused"u8);
                WriteRefused(writer, outcome.Refused);
                writer.WriteEndArray();
            }
        });

    private static void WriteRefused(Utf8JsonWriter writer, IReadOnlyList<Reading.Refusal> refused)
    {
        foreach (var (index, fault) in refused)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, index);
            writer.WriteString("reason"u8, fault.Reason);
            if (fault.Field is { } field)
            {
                writer.WriteString("field"u8, field);
            }

            writer.WriteEndObject();
        }
    }

    private static async Task JsonAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        var answer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(answer, Format))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = MediaTypeNames.Application.Json;
        context.Response.ContentLength = answer.WrittenCount;
        await context.Response.Body.WriteAsync(answer.WrittenMemory, context.RequestAborted);
    }
}
