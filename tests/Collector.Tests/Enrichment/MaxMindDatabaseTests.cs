using System.Net;
using Analytics.Collector.Enrichment;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Analytics.Collector.Tests.Enrichment;

public sealed class MaxMindDatabaseTests : IDisposable
{
    private readonly string file = Path.Combine(Path.GetTempPath(), Guid.NewGuid() + ".mmdb");

    [Theory]
    [InlineData(24)]
    [InlineData(28)]
    [InlineData(32)]
    public void A_city_is_found_by_either_kind_of_address(int recordBits)
    {
        var places = Read(Cities(6, recordBits)
            .Add("2a00:1450:4003::/48", City("ES", "Madrid", "Madrid"))
            .Add("2a00:1450:4003:80e::/64", City("ES", "Madrid", "Getafe")));

        Assert.Equal(new Place("FR", "Île-de-France", "Paris"), places.Find(IPAddress.Parse("2.0.0.255")));
        Assert.Equal(new Place("FR", "", ""), places.Find(IPAddress.Parse("2.0.1.0")));
        Assert.Equal(new Place("AU", "Queensland", "The \"Gap\""), places.Find(IPAddress.Parse("1.0.0.77")));
        Assert.Equal(new Place("ES", "Madrid", "Getafe"), places.Find(IPAddress.Parse("2a00:1450:4003:80e::1")));
        Assert.Equal(new Place("ES", "Madrid", "Madrid"), places.Find(IPAddress.Parse("2a00:1450:4003:80f::1")));
        Assert.Null(places.Find(IPAddress.Parse("9.9.9.9")));
        Assert.Null(places.Find(IPAddress.Parse("2a00::1")));
    }

    [Fact]
    public void A_file_of_IPv4_alone_says_nothing_of_IPv6()
    {
        var places = Read(Cities(4, 24));

        Assert.Equal("Paris", places.Find(IPAddress.Parse("2.0.0.1"))?.City);
        Assert.Null(places.Find(IPAddress.Parse("2a00:1450:4003::1")));
        Assert.Null(places.Find(IPAddress.Parse("::2.0.0.1")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3_000)]
    [InlineData(600_000)]
    [InlineData(135_000_000)]
    public void Pointers_reach_as_far_as_they_must(int distance)
    {
        var places = Read(new MaxMindWriter(4, 32)
            .Add("4.0.0.0/8", City("US", "Texas", "Austin"))
            .Pad(distance)
            .Add("5.0.0.0/8", City("DE", "Hessen", new string('x', 300)))
            .Add("6.0.0.0/8", City("DE", "Hessen", "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"))
            .Add("7.0.0.0/8", City("US", "Texas", "Austin")));

        Assert.Equal(new Place("US", "Texas", "Austin"), places.Find(IPAddress.Parse("7.1.2.3")));
        Assert.Equal(new string('x', 300), places.Find(IPAddress.Parse("5.1.2.3"))?.City);
        Assert.Equal(
            new Place("DE", "Hessen", "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"), places.Find(IPAddress.Parse("6.1.2.3")));
    }

    [Fact]
    public void A_file_with_flat_names_is_read_as_well() => Assert.Equal(
        new Place("AU", "Queensland", "Brisbane"),
        Read(new MaxMindWriter(6, 28).Add("1.0.0.0/24", new Dictionary<string, object>
        {
            ["city"] = "Brisbane",
            ["country_code"] = "au",
            ["state1"] = "Queensland",
            ["latitude"] = -27.4,
        })).Find(IPAddress.Parse("1.0.0.1")));

    [Fact]
    public void A_lookup_of_a_known_place_allocates_nothing()
    {
        var places = Read(Cities(6, 28));
        IPAddress[] addresses = [IPAddress.Parse("2.0.0.1"), IPAddress.Parse("1.0.0.1"), IPAddress.Parse("9.9.9.9"), IPAddress.Parse("2a00::1")];
        foreach (var address in addresses)
        {
            places.Find(address);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 4_000; i++)
        {
            places.Find(addresses[i % 4]);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_file_that_is_damaged_is_refused_or_knows_nothing_and_throws_nothing_later()
    {
        var whole = Cities(6, 24).ToArray();
        var random = new Random(7);
        for (var round = 0; round < 3_000; round++)
        {
            var bytes = round % 3 == 0 ? whole[..random.Next(whole.Length)] : [.. whole];
            for (var hit = 0; hit < 8 && bytes.Length > 0; hit++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(file, bytes);
            try
            {
                var places = MaxMindDatabase.Read(file);
                foreach (var address in (string[])["2.0.0.1", "1.0.0.77", "9.9.9.9", "255.255.255.255", "::", "2a00::1"])
                {
                    places.Find(IPAddress.Parse(address));
                }
            }
            catch (InvalidDataException)
            {
                // said at the start, which is all an owner needs
            }
        }
    }

    [Fact]
    public void What_is_no_such_file_is_said_by_its_name()
    {
        File.WriteAllText(file, "1.0.0.0,1.0.0.255,AU");

        Assert.Contains(file, Assert.Throws<InvalidDataException>(() => MaxMindDatabase.Read(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_both_kinds_are_asked_in_their_order_and_countries_last()
    {
        File.WriteAllBytes(file, Cities(6, 24).ToArray());
        var csv = Path.GetTempFileName();
        await File.WriteAllTextAsync(csv, "8.8.8.0,8.8.8.255,US,California,,Mountain View\n2.0.0.0,2.0.0.255,FR,,,Lyon\n");
        try
        {
            using var geo = new Geo(Options.Create(new GeoOptions { CityFile = $"{file}; {csv}" }), NullLogger<Geo>.Instance);
            await geo.StartAsync(CancellationToken.None);
            await geo.ExecuteTask!;

            Assert.Equal(
                ["Paris", "Mountain View", ""],
                ((string[])["2.0.0.1", "8.8.8.8", "193.0.6.139"]).Select(address => geo.Find(IPAddress.Parse(address)).City));
            Assert.Equal("NL", geo.Find(IPAddress.Parse("193.0.6.139")).Country);
        }
        finally
        {
            File.Delete(csv);
        }
    }

    public void Dispose() => File.Delete(file);

    private static MaxMindWriter Cities(int version, int recordBits) => new MaxMindWriter(version, recordBits)
        .Add("2.0.0.0/15", new Dictionary<string, object> { ["country"] = new Dictionary<string, object> { ["iso_code"] = "FR" } })
        .Add("2.0.0.0/24", City("FR", "Île-de-France", "Paris"))
        .Add("1.0.0.0/24", City("AU", "Queensland", "The \"Gap\""));

    private static Dictionary<string, object> City(string country, string region, string city) => new()
    {
        ["city"] = new Dictionary<string, object>
        {
            ["geoname_id"] = 2_988_507,
            ["names"] = new Dictionary<string, object> { ["de"] = "auf Deutsch " + city[..Math.Min(city.Length, 20)], ["en"] = city },
        },
        ["continent"] = new Dictionary<string, object> { ["code"] = "XX" },
        ["country"] = new Dictionary<string, object> { ["is_in_european_union"] = true, ["iso_code"] = country },
        ["location"] = new Dictionary<string, object> { ["latitude"] = 48.8, ["longitude"] = 2.3 },
        ["subdivisions"] = new object[]
        {
            new Dictionary<string, object> { ["iso_code"] = "X1", ["names"] = new Dictionary<string, object> { ["en"] = region } },
        },
    };

    private MaxMindDatabase Read(MaxMindWriter writer)
    {
        File.WriteAllBytes(file, writer.ToArray());
        return MaxMindDatabase.Read(file);
    }
}
