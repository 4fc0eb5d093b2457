using Analytics.Storage;

namespace Analytics.QueryApi.Tests.Commerce;

/// <summary>Events of a shop in the words of a test: <c>Sale.Purchase("A1", 30, Sale.Item("mug", 10, 3)).By("ann")</c>.</summary>
internal static class Sale
{
    public static EventRow.Item Item(string sku, decimal price, uint quantity = 1, string name = "", string category = "") =>
        new(sku, name, category, price, quantity);

    public static TestEvent Purchase(string order, decimal revenue, params EventRow.Item[] items) =>
        With("purchase", items).Having(row => (row.OrderId, row.Revenue, row.Currency) = (order, revenue, "EUR"));

    public static TestEvent Refund(string order, decimal amount) =>
        With("refund", []).Having(row => (row.OrderId, row.Revenue, row.Currency) = (order, -amount, "EUR"));

    public static TestEvent View(params EventRow.Item[] items) => With("product_view", items);

    public static TestEvent AddToCart(params EventRow.Item[] items) => With("add_to_cart", items);

    public static TestEvent RemoveFromCart(params EventRow.Item[] items) => With("remove_from_cart", items);

    public static TestEvent Checkout() => With("checkout", []);

    public static TestEvent In(this TestEvent e, decimal revenue, string currency) => e.Having(row => (row.Revenue, row.Currency) = (revenue, currency));

    public static TestEvent Prop(this TestEvent e, params (string Name, string Value)[] props) =>
        e.Having(row => row.Props = [.. row.Props, .. props.Select(prop => KeyValuePair.Create(prop.Name, prop.Value))]);

    private static TestEvent With(string name, EventRow.Item[] items) =>
        TestEvent.Custom(name).Having(row => (row.Items, row.Currency) = (items, "EUR"));
}
