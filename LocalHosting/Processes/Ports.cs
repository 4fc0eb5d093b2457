using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Processes;

/// <summary>
/// Gives out loopback ports. A port is kept for the life of the application, so that a restarted process has its old address;
/// while its process is down nothing else may take it.
/// </summary>
internal sealed class Ports : IDisposable
{
    private const int First = 10_000;

    private static readonly ConcurrentDictionary<int, byte> Given = new();
    private static readonly int Last = FirstEphemeralPort() - 1;

    private readonly List<int> _mine = [];
    private readonly List<Socket> _claims = [];

    /// <summary>
    /// A free port below those the system itself gives to outgoing connections, which could take it while its process restarts.
    /// </summary>
    public int Allocate()
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var port = Random.Shared.Next(First, Last + 1);
            if (Given.TryAdd(port, 0))
            {
                if (IsFree(port) && Claim(port))
                {
                    _mine.Add(port);
                    return port;
                }

                Given.TryRemove(port, out _);
            }
        }

        throw new DistributedApplicationException($"No free port was found between {First} and {Last}.");
    }

    public static bool IsFree(int port)
        => CanListen(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanListen(IPAddress.IPv6Loopback, port));

    public void Dispose()
    {
        foreach (var claim in _claims)
        {
            claim.Dispose();
        }

        foreach (var port in _mine)
        {
            Given.TryRemove(port, out _);
        }

        _claims.Clear();
        _mine.Clear();
    }

    /// <summary>
    /// Keeps the port from other hosts between now and when its process listens: a name in Linux's abstract namespace, gone with us.
    /// </summary>
    private bool Claim(int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(string.Create(CultureInfo.InvariantCulture, $"\0localhosting-port-{port}")));
            _claims.Add(socket);
            return true;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return false;
        }
    }

    private static bool CanListen(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
        catch (SocketException)
        {
            // No such address on this machine (IPv6 switched off): nobody can have taken it.
            return true;
        }
    }

    private static int FirstEphemeralPort()
    {
        const string File = "/proc/sys/net/ipv4/ip_local_port_range";
        const int Default = 32_768;
        return System.IO.File.Exists(File)
            && int.TryParse(System.IO.File.ReadAllText(File).Split('\t', ' ')[0], CultureInfo.InvariantCulture, out var first)
            && first > First + 1000
            ? first
            : Default;
    }
}
