using System.Net;
using Microsoft.Extensions.Options;

namespace Analytics.Collector.Enrichment;

/// <summary>Where the tables of places are.</summary>
internal sealed class GeoOptions
{
    /// <summary>
    /// One or more CSV files, separated by semicolons, with the columns <c>first address, last address, country, region, district, city</c>
    /// (more are passed over), as ip-location-db publishes them. Without one, only countries are known.
    /// </summary>
    public string? CityFile { get; set; }
}

/// <summary>Country, region and city; empty where unknown.</summary>
internal sealed record Place(string Country, string Region, string City)
{
    public static readonly Place Unknown = new("", "", "");
}

/// <summary>
/// Where an address is: by the owner's city files if there are any, else by the country table that we bring. The files are read beside
/// the start, so that a large one holds up no event; until then countries are all there is.
/// </summary>
internal sealed partial class Geo(IOptions<GeoOptions> options, ILogger<Geo> logger) : BackgroundService
{
    private readonly CountryTable countries = new();
    private volatile CityTable? cities;

    /// <summary>The whole address is needed here and nowhere behind.</summary>
    public Place Find(IPAddress address) => cities?.Find(address) ?? countries.Find(address);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => options.Value.CityFile is not { Length: > 0 } files
        ? Task.CompletedTask
        : Task.Run(() => Load(files), stoppingToken);

    private void Load(string files)
    {
        try
        {
            var table = CityTable.Read(files.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            cities = table;
            Log.Read(logger, table.Count, files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // Places are a convenience; a file that is wrong must not cost events.
            Log.NotRead(logger, files, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Read {Ranges} ranges of cities from {Files}")]
        public static partial void Read(ILogger logger, int ranges, string files);

        [LoggerMessage(LogLevel.Error, "Cities stay unknown: {Files} could not be read: {Reason}")]
        public static partial void NotRead(ILogger logger, string files, string reason);
    }
}
