using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Analytics.Collector.Enrichment;

/// <summary>
/// Tells what must not be stored because it opens a door or names a person: parameters that are called so, and values that look so
/// whatever they are called. Addresses carry both all the time: password resets, session ids, newsletters that name the reader.
/// </summary>
internal static partial class Secrets
{
    private const string Masked = "***";

    // Several times what is stored of any text.
    private const int LongestText = 16_000;

    // Compared without case, '-', '_' and '.'.
    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.Ordinal,
        "pass", "pwd", "pw", "passcode", "passphrase", "pin", "otp", "totp", "mfa", "code2fa", "key", "apikey", "accesskey", "privatekey",
        "auth", "authorization", "authkey", "authcode", "bearer", "jwt", "sig", "signature", "hmac", "credential", "credentials", "nonce", "csrf", "xsrf",
        "sid", "sess", "session", "jsessionid", "phpsessid", "aspsessionid", "cfid", "cftoken", "magic", "magiclink", "ticket", "samlresponse",
        "login", "user", "username", "userid", "uname", "mail", "emailaddress", "phone", "phonenumber", "tel", "mobile", "msisdn",
        "firstname", "lastname", "fullname", "surname", "dob", "birthdate", "birthday", "ssn", "iban", "card", "cardnumber", "ccnumber", "cc", "cvv",
        "cvc", "address", "street", "ip");

    private static readonly string[] Parts =
        ["password", "passwd", "secret", "token", "email", "sessionid", "apikey", "oauth", "creditcard", "cardnumber", "securitycode"];

    // Where what a person typed, or how they typed it, hides in props.
    private static readonly FrozenSet<string> TypedProps = FrozenSet.Create(
        StringComparer.Ordinal, "value", "inputvalue", "fieldvalue", "typed", "typedtext", "keystroke", "keystrokes", "char", "keychar", "keypressed");

    /// <summary>Whether a parameter of that name in an address is not to be stored.</summary>
    public static bool IsNamed(ReadOnlySpan<char> name)
    {
        Span<char> plain = stackalloc char[64];
        return name.Length > 0 && Matches(Plain(name, plain));
    }

    /// <summary>
    /// Whether a prop of that name is not to be stored. Fewer than in an address: an owner who sends <c>email</c> as a trait of
    /// <c>identify</c>, or <c>key</c> of anything, does so on purpose; nobody sends a password on purpose.
    /// </summary>
    public static bool IsSecretProp(ReadOnlySpan<char> name)
    {
        Span<char> buffer = stackalloc char[64];
        var plain = Plain(name, buffer);
        return plain is "pass" or "pwd" or "pin" or "otp" or "cvv" or "cvc" or "ssn" or "iban" or "authorization" or "jwt"
            || Contains(plain, "password") || Contains(plain, "passwd") || Contains(plain, "secret") || Contains(plain, "token")
            || Contains(plain, "apikey") || Contains(plain, "creditcard") || Contains(plain, "cardnumber") || Contains(plain, "securitycode");
    }

    /// <summary>Whether a prop of that name holds what was typed.</summary>
    public static bool IsTypedProp(ReadOnlySpan<char> name)
    {
        Span<char> buffer = stackalloc char[64];
        return TypedProps.GetAlternateLookup<ReadOnlySpan<char>>().Contains(Plain(name, buffer));
    }

    /// <summary>Whether a value is an e-mail address, or a signed token, also when it is percent-encoded.</summary>
    public static bool IsValue(ReadOnlySpan<char> value) => LooksLikeEmail(value) || LooksLikeToken(value);

    /// <summary>A text with its e-mail addresses masked.</summary>
    public static string Mask(string text) => text.Contains('@', StringComparison.Ordinal) ? Replaced(Email(), text, _ => Masked) : text;

    /// <summary>A text with the addresses in it cleaned as those of pages are; of a very long one the beginning.</summary>
    public static string MaskAddresses(string text)
    {
        text = text.Length <= LongestText ? text : text[..LongestText];
        return text.Contains("://", StringComparison.Ordinal) ? Replaced(Address(), text, found => PageAddress.Clean(found.Value))
            : text.StartsWith('/') && text.Contains('?', StringComparison.Ordinal) && !text.Contains(' ', StringComparison.Ordinal) ? PageAddress.Clean(text)
            : text;
    }

    private static string Replaced(Regex expression, string text, MatchEvaluator by)
    {
        try
        {
            return expression.Replace(text, by);
        }
        catch (RegexMatchTimeoutException)
        {
            // Better nothing than what was not looked through.
            return Masked;
        }
    }

    private static bool LooksLikeEmail(ReadOnlySpan<char> value)
    {
        var at = value.IndexOf('@');
        if (at < 0)
        {
            at = value.IndexOf("%40", StringComparison.Ordinal);
        }

        if (at <= 0)
        {
            return false;
        }

        // Ends in letters, which a version (package@1.2.3) does not.
        var dot = value.LastIndexOf('.');
        return dot > at && dot + 2 < value.Length && char.IsAsciiLetter(value[dot + 1]) && char.IsAsciiLetter(value[dot + 2]);
    }

    // A JSON Web Token: three parts, the first the base64 of {"...
    private static bool LooksLikeToken(ReadOnlySpan<char> value) =>
        value.Length > 30 && value.StartsWith("eyJ", StringComparison.Ordinal) && value.Count('.') >= 2;

    private static bool Matches(ReadOnlySpan<char> plain)
    {
        if (Names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(plain))
        {
            return true;
        }

        foreach (var part in Parts)
        {
            if (Contains(plain, part))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Contains(ReadOnlySpan<char> plain, string part) => plain.Contains(part, StringComparison.Ordinal);

    private static ReadOnlySpan<char> Plain(ReadOnlySpan<char> name, Span<char> buffer)
    {
        var length = 0;
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c) && length < buffer.Length)
            {
                buffer[length++] = char.ToLowerInvariant(c);
            }
        }

        return buffer[..length];
    }

    [GeneratedRegex(@"[\w.+-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63})+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Email();

    [GeneratedRegex("""[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s"'<>()\[\]{}]+""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Address();
}
