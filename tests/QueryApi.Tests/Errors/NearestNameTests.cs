using Analytics.QueryApi.Errors;

namespace Analytics.QueryApi.Tests.Errors;

public sealed class NearestNameTests
{
    private static readonly string[] Names = ["visitors", "visits", "pageviews", "bounce_rate", "time:hour"];

    [Theory]
    [InlineData("visitrs", "visitors")]
    [InlineData("vistis", "visits")] // two neighbours swapped count once
    [InlineData("PageViews", "pageviews")]
    [InlineData("bouncerate", "bounce_rate")]
    [InlineData("time:hours", "time:hour")]
    [InlineData("revenue", null)]
    [InlineData("", null)]
    [InlineData("v", null)]
    public void The_nearest_name_differs_by_a_few_letters(string text, string? nearest) => Assert.Equal(nearest, NearestName.Of(text, Names));

    [Fact]
    public void The_sentence_names_all_that_is_allowed_and_what_was_meant()
    {
        Assert.Equal("'vists' is not one of: visitors, visits. Did you mean 'visits'?", NearestName.NotOneOf("vists", ["visitors", "visits"]));
        Assert.Equal("'x' is not one of: visitors, visits.", NearestName.NotOneOf("x", ["visitors", "visits"]));
    }
}
