using Analytics.Contracts;
using Analytics.QueryApi.Tests.Commerce;
using static Analytics.QueryApi.Tests.TestEvent;

namespace Analytics.QueryApi.Tests.Forms;

public sealed class FormsTests(Api api)
{
    [Fact]
    public async Task Forms_are_begun_submitted_taken_refused_and_abandoned()
    {
        var site = await TestSite.With(api,
            Form("form_start", "signup").By("ann").At("10:00"), Form("form_submit_error", "signup").By("ann").At("10:01"),
            Form("form_submit", "signup", ("duration", "60000")).By("ann").At("10:02"), Form("form_submit_success", "signup").By("ann").At("10:03"),
            Form("form_start", "signup").By("bob").At("10:00"), Form("form_submit", "signup", ("duration", "20000")).By("bob").At("10:01"),
            Form("form_start", "signup").By("cid").At("10:00"), Form("form_abandon", "signup", ("duration", "5000")).By("cid").At("10:01"),
            Form("form_start", "signup").By("cid").At("10:30").Having(row => row.Path = "/new"),
            Form("form_submit_success", "signup").By("eve").At("09:00"), // begun in another session
            Form("form_start", "search").By("ann"), Form("form_submit", "search").By("ann").In("later"),
            Custom("form_submit").By("dan").Having(row => row.ElementId = "footer-form"), Form("input_focus", "unused").By("ann"));

        (await site.Get<FormsResponse>("forms")).ShouldBe(new FormsResponse(
        [
            new("signup", "/new", Sessions: 3, Starts: 4, Submits: 2, Successes: 2, Errors: 1, Abandons: 1, AbandonmentRate: 1 / 3.0, ConversionRate: 1 / 3.0, MedianMs: 40_000),
            new("search", "/", Sessions: 2, Starts: 1, Submits: 1, Successes: 0, Errors: 0, Abandons: 0, AbandonmentRate: 0.5, ConversionRate: 0.5, MedianMs: 0),
            new("footer-form", "/", Sessions: 1, Starts: 0, Submits: 1, Successes: 0, Errors: 0, Abandons: 0, AbandonmentRate: 0, ConversionRate: 1, MedianMs: 0),
        ], 3));
        Assert.Equal((1, 3), await site.Get<FormsResponse>("forms?limit=1&offset=2") is var page ? (page.Forms.Count, page.Total) : default);
        Assert.Equal(["signup"], (await site.Get<FormsResponse>("forms?page=/new")).Forms.Select(form => form.Form));
    }

    [Fact]
    public async Task A_form_tells_of_each_field_its_place_time_refills_errors_and_drop_offs()
    {
        var site = await TestSite.With(api,
            Focus("signup", "name").By("ann").At("10:00"), Form("form_start", "signup", ("field", "name")).By("ann").At("10:01"), Focus("signup", "email").By("ann").At("10:02"),
            Focus("signup", "name").By("ann").At("10:03"),
            Form("form_submit_error", "signup", ("fields", "email,pass")).By("ann").At("10:04"),
            Form("form_submit", "signup", ("field_ms", """{"name":4000,"email":10000}"""), ("field_refills", """{"email":2}""")).By("ann").At("10:05"),
            Focus("signup", "email").By("bob").At("10:00"), Focus("signup", "pass").By("bob").At("10:01"), Focus("signup", "name").By("bob").At("10:02"),
            Form("form_abandon", "signup", ("last_field", "email"), ("field_ms", """{"email":2000}""")).By("bob").At("10:03"),
            Form("form_abandon", "signup", ("last_field", "pass")).By("bob").At("10:04"), Form("form_abandon", "signup", ("last_field", "email")).By("cid"),
            Focus("other", "name").By("ann"));

        var answer = await site.Get<FormResponse>("forms/signup");

        answer.ShouldBe(new FormResponse(
            new("signup", "/", Sessions: 1, Starts: 1, Submits: 1, Successes: 0, Errors: 1, Abandons: 3, AbandonmentRate: 0, ConversionRate: 1, MedianMs: 0),
            "email",
            [
                new("email", Position: 1.5, Sessions: 2, Focuses: 2, MedianMs: 6000, Refills: 2, Errors: 1, DropOffs: 2, DropOffShare: 2 / 3.0),
                new("name", Position: 2, Sessions: 2, Focuses: 3, MedianMs: 4000, Refills: 0, Errors: 0, DropOffs: 0, DropOffShare: 0),
                new("pass", Position: 2, Sessions: 1, Focuses: 1, MedianMs: 0, Refills: 0, Errors: 1, DropOffs: 1, DropOffShare: 1 / 3.0),
            ]));
    }

    [Fact]
    public async Task A_form_may_have_any_name()
    {
        const string name = "checkout/step 1?#é%";
        var site = await TestSite.With(api, Form("form_start", name));

        var answer = await site.Get<FormResponse>($"forms/{Uri.EscapeDataString(name)}");

        Assert.Equal((name, 1), (answer.Form.Form, answer.Form.Starts));
    }

    [Fact]
    public async Task A_form_nobody_saw_and_a_site_without_forms_have_zeros()
    {
        var site = await TestSite.With(api);

        (await site.Get<FormsResponse>("forms")).ShouldBe(new FormsResponse([], 0));
        (await site.Get<FormResponse>("forms/signup")).ShouldBe(new FormResponse(new("signup", "", 0, 0, 0, 0, 0, 0, 0, 0, 0), "", []));
    }

    [Fact]
    public async Task Props_that_are_no_json_are_no_fault()
    {
        var site = await TestSite.With(api,
            Form("form_submit", "f", ("field_ms", "{broken"), ("field_refills", "[1]"), ("duration", "soon")), Form("form_submit_error", "f", ("fields", "")));

        Assert.Empty((await site.Get<FormResponse>("forms/f")).Fields);
    }

    [Theory]
    [InlineData("forms?contry=ES", "contry")]
    [InlineData("forms?limit=0", "limit")]
    [InlineData("forms/signup?limit=1", "limit")]
    [InlineData("forms/signup?period=tomorrow", "period")]
    public async Task A_wrong_parameter_is_named(string report, string name) =>
        Assert.Equal([name], await (await TestSite.With(api)).WrongParameters(report));

    [Theory]
    [InlineData("' OR 1=1 --")]
    [InlineData("{form:String}")]
    [InlineData("\\")]
    [InlineData("日本 %_*")]
    public async Task A_hostile_name_matches_itself_and_nothing_else(string form)
    {
        var site = await TestSite.With(api, Form("form_start", form), Form("form_start", "other"));

        Assert.Equal((form, 1), await site.Get<FormResponse>($"forms/{Uri.EscapeDataString(form)}") is var answer ? (answer.Form.Form, answer.Form.Starts) : default);
    }

    private static TestEvent Form(string name, string form, params (string Name, string Value)[] props) => Custom(name).Prop([("form", form), .. props]);

    private static TestEvent Focus(string form, string field) => Form("input_focus", form, ("field", field));
}
