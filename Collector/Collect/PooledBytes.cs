using System.Buffers;

namespace Analytics.Collector.Collect;

/// <summary>
/// Memory for a request. The shared pool keeps an array of each size for each thread and more for each processor; of large ones that would
/// be hundreds of megabytes after a handful of large bodies, so that these have a small pool of their own.
/// </summary>
internal static class PooledBytes
{
    private const int Large = 1 << 20;
    private static readonly ArrayPool<byte> LargeArrays = ArrayPool<byte>.Create(BodyLimits.Recordings.Decompressed, maxArraysPerBucket: 2);

    public static byte[] Rent(int length) => length > Large ? LargeArrays.Rent(length) : ArrayPool<byte>.Shared.Rent(length);

    public static void Return(byte[] array) => (array.Length > Large ? LargeArrays : ArrayPool<byte>.Shared).Return(array);
}
