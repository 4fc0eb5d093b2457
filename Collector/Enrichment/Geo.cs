using System.Net;
using Microsoft.Extensions.Options;

namespace Analytics.Collector.Enrichment;

/// <summary>Where the tables of places are.</summary>
internal sealed class GeoOptions
{
    /// <summary>
    /// One or more files, separated by semicolons: <c>.mmdb</c> as MaxMind (GeoLite2-City), DB-IP and ip-location-db publish them, or CSV, also
    /// gzipped, with the columns <c>first address, last address, country, region, district, city</c> (more are passed over). The first that
    /// knows an address has it. Without one, only countries are known. A file is read once, at the start, and takes its size in memory.
    /// </summary>
    public string? CityFile { get; set; }
}

/// <summary>Country, region and city; empty where unknown.</summary>
internal sealed record Place(string Country, string Region, string City)
{
    public static readonly Place Unknown = new("", "", "");
}

/// <summary>What an owner's file says of addresses.</summary>
internal interface IPlaces
{
    /// <summary>Ranges in it, or nodes of its tree: a sign that it was read.</summary>
    int Count { get; }

    /// <summary>The place, or null where the file knows none.</summary>
    Place? Find(IPAddress address);
}

/// <summary>
/// Where an address is: by the owner's city files if there are any, else by the country table that we bring. The files are read beside
/// the start, so that a large one holds up no event; until then countries are all there is.
/// </summary>
internal sealed partial class Geo(IOptions<GeoOptions> options, ILogger<Geo> logger) : BackgroundService
{
    private readonly CountryTable countries = new();
    private volatile IPlaces[] cities = [];

    /// <summary>The whole address is needed here and nowhere behind.</summary>
    public Place Find(IPAddress address)
    {
        foreach (var places in cities)
        {
            if (places.Find(address) is { } place)
            {
                return place;
            }
        }

        return countries.Find(address);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.Value.CityFile is not { Length: > 0 } files
        ? Task.CompletedTask
        : Task.Run(() => Load(files), stoppingToken);

    private void Load(string files)
    {
        try
        {
            IPlaces[] read = [.. files.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Read)];
            cities = read;
            Log.Read(logger, read.Sum(places => places.Count), files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // Places are a convenience; a file that is wrong must not cost events.
            Log.NotRead(logger, files, e.Message);
        }
    }

    private static IPlaces Read(string file) => file.EndsWith(".mmdb", StringComparison.OrdinalIgnoreCase)
        ? MaxMindDatabase.Read(file)
        : CityTable.Read([file]);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Read {Ranges} ranges of cities from {Files}")]
        public static partial void Read(ILogger logger, int ranges, string files);

        [LoggerMessage(LogLevel.Error, "Cities stay unknown: {Files} could not be read: {Reason}")]
        public static partial void NotRead(ILogger logger, string files, string reason);
    }
}
