using System.Buffers.Binary;

namespace Analytics.EmbeddedClickHouse.Http;

/// <summary>
/// Walks over zstd and lz4 frames without unpacking them, to see whether the last one is whole. The engine stops at the end of a file
/// as if it were the end of the data: what a cut between two blocks left out would be missing without a word.
/// </summary>
internal static class PackedFrames
{
    private const uint ZstdMagic = 0xFD2FB528;
    private const uint Lz4Magic = 0x184D2204;
    private const uint SkippableMagic = 0x184D2A50;

    public static bool AreComplete(string path, string encoding)
    {
        if (encoding is not ("zstd" or "lz4"))
        {
            return true; // the engine notices in the others
        }

        using var file = new BinaryReader(new BufferedStream(File.OpenRead(path), 1 << 16));
        try
        {
            while (file.BaseStream.Position < file.BaseStream.Length)
            {
                SkipFrame(file, encoding);
            }

            return file.BaseStream.Position == file.BaseStream.Length;
        }
        catch (EndOfStreamException)
        {
            return false;
        }
    }

    private static void SkipFrame(BinaryReader file, string encoding)
    {
        var magic = file.ReadUInt32();
        if ((magic & 0xFFFFFFF0) == SkippableMagic)
        {
            Skip(file, file.ReadUInt32());
        }
        else if (encoding == "zstd" && magic == ZstdMagic)
        {
            SkipZstd(file);
        }
        else if (encoding == "lz4" && magic == Lz4Magic)
        {
            SkipLz4(file);
        }
        else
        {
            throw new InvalidDataException($"there is no {encoding} frame at byte {file.BaseStream.Position - sizeof(uint)}.");
        }
    }

    // RFC 8878, 3.1.1
    private static void SkipZstd(BinaryReader file)
    {
        var descriptor = file.ReadByte();
        var singleSegment = (descriptor & 0x20) != 0;
        var dictionaryId = (descriptor & 3) switch { 0 => 0, 1 => 1, 2 => 2, _ => 4 };
        var contentSize = (descriptor >> 6) switch { 0 => singleSegment ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
        Skip(file, (singleSegment ? 0 : 1) + dictionaryId + contentSize);
        uint header;
        do
        {
            header = file.ReadByte() | ((uint)file.ReadUInt16() << 8);
            var isOneByteRepeated = ((header >> 1) & 3) == 1;
            Skip(file, isOneByteRepeated ? 1 : header >> 3);
        }
        while ((header & 1) == 0);

        Skip(file, (descriptor & 4) != 0 ? 4 : 0);
    }

    // LZ4 frame format 1.6
    private static void SkipLz4(BinaryReader file)
    {
        var flags = file.ReadByte();
        var blockChecksum = (flags & 0x10) != 0 ? 4 : 0;
        Skip(file, 1 + ((flags & 8) != 0 ? 8 : 0) + ((flags & 1) != 0 ? 4 : 0) + 1);
        Span<byte> size = stackalloc byte[4];
        while (true)
        {
            file.BaseStream.ReadExactly(size);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(size) & 0x7FFFFFFF;
            if (length == 0)
            {
                break;
            }

            Skip(file, length + blockChecksum);
        }

        Skip(file, (flags & 4) != 0 ? 4 : 0);
    }

    private static void Skip(BinaryReader file, long bytes)
    {
        if (file.BaseStream.Position + bytes > file.BaseStream.Length)
        {
            throw new EndOfStreamException();
        }

        file.BaseStream.Seek(bytes, SeekOrigin.Current);
    }
}
