using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Analytics.AppHost;

/// <summary>One command, one line of answer: all that the AppHost has to say to Garnet.</summary>
internal static class GarnetConnection
{
    public static async Task<string> SendAsync(int port, string command, TimeSpan patience, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        try
        {
            using var client = new TcpClient(AddressFamily.InterNetwork);
            await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
            await using var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"*1\r\n${command.Length}\r\n{command}\r\n"), limit.Token);

            using var reader = new StreamReader(stream, Encoding.ASCII);
            return await reader.ReadLineAsync(limit.Token) ?? throw new IOException("the connection was closed");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException($"no answer to {command} within {patience.TotalSeconds:0} s");
        }
    }
}
