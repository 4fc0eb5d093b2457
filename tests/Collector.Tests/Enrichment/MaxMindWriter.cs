using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Analytics.Collector.Tests.Enrichment;

/// <summary>
/// Writes files in the MaxMind DB format, as much of it as real ones of cities use: a tree of either version and record size; maps, arrays,
/// texts and numbers; a text that was written before is pointed to.
/// </summary>
internal sealed class MaxMindWriter(int version, int recordBits)
{
    private readonly Node root = new();
    private readonly List<byte> data = [];
    private readonly Dictionary<string, int> texts = [];

    private sealed class Node
    {
        // A node, an offset into the data, or nothing.
        public object?[] Sides { get; } = new object?[2];
    }

    /// <summary>Networks go in with the wider before the narrower.</summary>
    public MaxMindWriter Add(string network, object value)
    {
        var at = data.Count;
        Write(data, value, texts);
        var bits = BitsOf(IPNetwork.Parse(network)).ToArray();
        var node = root;
        foreach (var bit in bits[..^1])
        {
            if (node.Sides[bit] is not Node next)
            {
                var split = new Node { Sides = { [0] = node.Sides[bit], [1] = node.Sides[bit] } };
                node.Sides[bit] = next = split;
            }

            node = next;
        }

        node.Sides[bits[^1]] = at;
        return this;
    }

    /// <summary>Bytes that nobody asks for, so that what comes after lies further behind.</summary>
    public MaxMindWriter Pad(int count)
    {
        Head(data, 4, count);
        data.AddRange(new byte[count]);
        return this;
    }

    public byte[] ToArray()
    {
        var nodes = new List<Node> { root };
        var numbers = new Dictionary<Node, int> { [root] = 0 };
        for (var i = 0; i < nodes.Count; i++)
        {
            foreach (var child in nodes[i].Sides.OfType<Node>())
            {
                numbers.Add(child, nodes.Count);
                nodes.Add(child);
            }
        }

        var file = new List<byte>();
        foreach (var node in nodes)
        {
            var (left, right) = (Number(node.Sides[0]), Number(node.Sides[1]));
            file.AddRange(recordBits switch
            {
                24 => (byte[])[.. Big(left, 3), .. Big(right, 3)],
                28 => [.. Big(left, 3), (byte)((left >> 24 << 4) | (right >> 24)), .. Big(right, 3)],
                _ => [.. Big(left, 4), .. Big(right, 4)],
            });
        }

        file.AddRange(new byte[16]);
        file.AddRange(data);
        file.AddRange([0xAB, 0xCD, 0xEF, .. "MaxMind.com"u8]);
        Write(file, new Dictionary<string, object>
        {
            ["binary_format_major_version"] = 2,
            ["binary_format_minor_version"] = 0,
            ["database_type"] = "Test-City",
            ["description"] = new Dictionary<string, object> { ["en"] = "Made by a test" },
            ["ip_version"] = version,
            ["languages"] = new object[] { "en", "de" },
            ["node_count"] = nodes.Count,
            ["record_size"] = recordBits,
        }, known: null);
        return [.. file];

        uint Number(object? side) => side switch
        {
            Node child => (uint)numbers[child],
            int offset => (uint)(nodes.Count + 16 + offset),
            _ => (uint)nodes.Count,
        };
    }

    private IEnumerable<int> BitsOf(IPNetwork network)
    {
        var isFour = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
        var zeros = isFour && version == 6 ? 96 : 0;
        var bytes = network.BaseAddress.GetAddressBytes();
        return Enumerable.Repeat(0, zeros).Concat(Enumerable.Range(0, network.PrefixLength).Select(bit => (bytes[bit / 8] >> (7 - (bit % 8))) & 1));
    }

    private static void Write(List<byte> to, object value, Dictionary<string, int>? known)
    {
        switch (value)
        {
            case string text when known is not null && known.TryGetValue(text, out var at):
                Point(to, (uint)at);
                break;
            case string text:
                known?.Add(text, to.Count);
                var utf8 = Encoding.UTF8.GetBytes(text);
                Head(to, 2, utf8.Length);
                to.AddRange(utf8);
                break;
            case int number:
                // As short as it can be: leading zeros are left out.
                var bytes = Big((uint)number, 4).SkipWhile(one => one == 0).ToArray();
                Head(to, 6, bytes.Length);
                to.AddRange(bytes);
                break;
            case bool flag:
                Head(to, 14, flag ? 1 : 0);
                break;
            case double real:
                Head(to, 3, 8);
                Span<byte> eight = stackalloc byte[8];
                BinaryPrimitives.WriteDoubleBigEndian(eight, real);
                to.AddRange(eight);
                break;
            case Dictionary<string, object> map:
                Head(to, 7, map.Count);
                foreach (var (key, one) in map)
                {
                    Write(to, key, known);
                    Write(to, one, known);
                }

                break;
            case object[] array:
                Head(to, 11, array.Length);
                foreach (var one in array)
                {
                    Write(to, one, known);
                }

                break;
            default:
                throw new ArgumentException($"No {value.GetType()} is written here.");
        }
    }

    private static void Head(List<byte> to, int type, int length)
    {
        var size = length switch { < 29 => length, < 285 => 29, < 65_821 => 30, _ => 31 };
        to.Add((byte)((type > 7 ? 0 : type << 5) | size));
        if (type > 7)
        {
            to.Add((byte)(type - 7));
        }

        to.AddRange(size switch
        {
            29 => Big((uint)length - 29, 1),
            30 => Big((uint)length - 285, 2),
            31 => Big((uint)length - 65_821, 3),
            _ => Array.Empty<byte>(),
        });
    }

    private static void Point(List<byte> to, uint at) => to.AddRange(at switch
    {
        < 2_048 => (byte[])[(byte)(0x20 | (at >> 8)), (byte)at],
        < 526_336 => [(byte)(0x28 | ((at - 2_048) >> 16)), .. Big(at - 2_048, 2)],
        < 134_744_064 => [(byte)(0x30 | ((at - 526_336) >> 24)), .. Big(at - 526_336, 3)],
        _ => [0x38, .. Big(at, 4)],
    });

    private static byte[] Big(uint number, int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(number >> (8 * (count - 1 - i))))];
}
