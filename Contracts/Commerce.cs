namespace Analytics.Contracts;

/// <summary>What was sold in a period and in the one before it, of the same length.</summary>
/// <param name="Currency">ISO 4217 code of all amounts; empty where no sale names one.</param>
public sealed record CommerceResponse(string Currency, CommerceNumbers Current, CommerceNumbers Previous);

/// <param name="Revenue">Purchases less refunds, and what other events earned.</param>
/// <param name="Refunded">What was given back; not negative.</param>
/// <param name="Orders">Purchases. An order counts once, when it was told first, however often it is told.</param>
/// <param name="AverageOrderValue">Amount of the purchases ÷ their number, before refunds; 0 without purchases.</param>
/// <param name="Items">Pieces in these purchases.</param>
/// <param name="Buyers">Different visitors with a purchase.</param>
/// <param name="Sessions">Sessions that began in the period.</param>
/// <param name="ConversionRate">Of these sessions, the share with a purchase, 0 to 1.</param>
/// <param name="WithoutRate">Amounts that could not be converted and are in none of the sums.</param>
public sealed record CommerceNumbers(
    decimal Revenue, decimal Refunded, long Orders, decimal AverageOrderValue, long Items, long Buyers, long Sessions, double ConversionRate,
    IReadOnlyList<UnconvertedAmount> WithoutRate);

/// <summary>Sales by time bucket. Buckets follow the site's time zone and leave none out.</summary>
/// <param name="Interval">minute, hour, day, week or month.</param>
public sealed record CommerceTimeseriesResponse(
    string Currency, string Interval, IReadOnlyList<CommercePoint> Points, IReadOnlyList<UnconvertedAmount> WithoutRate);

/// <param name="Time">Start of the bucket, with the site's offset from UTC at that moment.</param>
public sealed record CommercePoint(DateTimeOffset Time, decimal Revenue, long Orders, decimal AverageOrderValue, long Items, long Buyers);

/// <summary>Products, or groups of them, with most revenue first.</summary>
/// <param name="By">product, sku, name or category.</param>
/// <param name="Total">How many there are in all.</param>
/// <param name="WithoutRate">Sales that could not be converted and are in no revenue.</param>
public sealed record ProductsResponse(
    string Currency, string By, IReadOnlyList<ProductRow> Rows, long Total, IReadOnlyList<UnconvertedAmount> WithoutRate);

/// <param name="Value">The product's SKU (its name, where it has none), or the name or category.</param>
/// <param name="Name">The newest name in the period.</param>
/// <param name="Category">The newest category in the period.</param>
/// <param name="Views">Events named <c>product_view</c> that show it.</param>
/// <param name="Added">Pieces put into carts.</param>
/// <param name="Bought">Pieces in purchases.</param>
/// <param name="Revenue">Price × quantity of these: without shipping, taxes and discounts of the order as a whole.</param>
/// <param name="Buyers">Different visitors who bought it.</param>
/// <param name="CartToBuyRate">Of the sessions that put it into a cart, the share that bought it, 0 to 1.</param>
/// <param name="ConversionRate">Of the sessions that viewed it, the share that bought it, 0 to 1.</param>
public sealed record ProductRow(
    string Value, string Name, string Category, long Views, long Added, long Bought, decimal Revenue, long Buyers, double CartToBuyRate,
    double ConversionRate);

/// <summary>How far sessions that began in the period got on their way to a purchase.</summary>
/// <param name="Sessions">All of them.</param>
/// <param name="WithView">With a product viewed.</param>
/// <param name="WithCart">With a product put into the cart.</param>
/// <param name="WithCheckout">With a checkout begun.</param>
/// <param name="WithPurchase">With a purchase.</param>
/// <param name="AbandonedCarts">With a product put into the cart and no purchase.</param>
/// <param name="CartAbandonmentRate">That ÷ sessions with a cart, 0 to 1.</param>
/// <param name="AbandonedCheckouts">With a checkout begun and no purchase.</param>
/// <param name="CheckoutAbandonmentRate">That ÷ sessions with a checkout, 0 to 1.</param>
/// <param name="AbandonedValue">What was in the carts of sessions without a purchase: price × quantity put in, less what was taken out.</param>
/// <param name="WithoutRate">Such carts in currencies that could not be converted and are not in that value.</param>
public sealed record CartsResponse(
    string Currency, long Sessions, long WithView, long WithCart, long WithCheckout, long WithPurchase, long AbandonedCarts,
    double CartAbandonmentRate, long AbandonedCheckouts, double CheckoutAbandonmentRate, decimal AbandonedValue,
    IReadOnlyList<UnconvertedAmount> WithoutRate);

/// <summary>Coupons (prop <c>coupon</c> of purchases), with most orders first.</summary>
/// <param name="Orders">All purchases of the period.</param>
/// <param name="OrdersWithCoupon">Those with a coupon.</param>
/// <param name="Total">How many different coupons.</param>
public sealed record CouponsResponse(
    string Currency, long Orders, long OrdersWithCoupon, IReadOnlyList<CouponRow> Rows, long Total, IReadOnlyList<UnconvertedAmount> WithoutRate);

/// <param name="Discount">Sum of the prop <c>discount</c>, where purchases carry it.</param>
public sealed record CouponRow(string Coupon, long Orders, decimal Revenue, decimal AverageOrderValue, decimal Discount, long Buyers);

/// <summary>How long visitors took from their first visit to their first purchase, for those whose first purchase lies in the period.</summary>
/// <param name="MedianVisits">Sessions up to the one with the purchase, that one among them.</param>
/// <param name="MedianDays">Whole days from the first session's begin to the purchase.</param>
public sealed record TimeToBuyResponse(
    long Buyers, double MedianVisits, double MedianDays, IReadOnlyList<CountBin> Visits, IReadOnlyList<CountBin> Days);

/// <summary>What visitors are worth, by the month in which they came or bought first.</summary>
/// <param name="First">What puts a visitor into a month: the first purchase or visit.</param>
/// <param name="Rows">By month, the oldest first.</param>
public sealed record LifetimeResponse(string Currency, string First, IReadOnlyList<LifetimeRow> Rows, IReadOnlyList<UnconvertedAmount> WithoutRate);

/// <param name="Month">First day of the month on the site's clock.</param>
/// <param name="Visitors">Visitors whose first purchase (or visit) lies in it.</param>
/// <param name="Months">From the cohort's own month to the running one.</param>
public sealed record LifetimeRow(DateOnly Month, long Visitors, IReadOnlyList<LifetimeMonth> Months);

/// <param name="Since">Months since the cohort's.</param>
/// <param name="Revenue">What the cohort brought in that month.</param>
/// <param name="PerVisitor">What a visitor of the cohort has brought in all up to and with that month.</param>
public sealed record LifetimeMonth(int Since, decimal Revenue, decimal PerVisitor);
