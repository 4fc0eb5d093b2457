using Microsoft.AspNetCore.Components;

namespace Analytics.Dashboard.Components.Parts;

internal static class AssetModules
{
    /// <summary>The address of a script module, with the fingerprint that lets browsers keep it for good.</summary>
    public static string Module(this ResourceAssetCollection assets, string path) => $"/{assets[path]}";
}
