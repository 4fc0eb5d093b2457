using System.Diagnostics;
using System.Globalization;

namespace Analytics.TrafficGenerator;

/// <summary>A bar that redraws itself on a terminal; a line every tenth of the way elsewhere.</summary>
internal sealed class Progress(TextWriter output, bool isTerminal)
{
    private const int Width = 32;
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100);

    private readonly Stopwatch _sinceDrawn = Stopwatch.StartNew();
    private int _tenth;

    public void Show(double share, string what)
    {
        if (isTerminal)
        {
            if (_sinceDrawn.Elapsed >= Redraw || share >= 1)
            {
                _sinceDrawn.Restart();
                var bar = new string('█', (int)(share * Width)).PadRight(Width, '░');
                output.Write(string.Create(CultureInfo.InvariantCulture, $"\r[{bar}] {share,4:P0}  {what}\e[K"));
            }
        }
        else if ((int)(share * 10) > _tenth)
        {
            _tenth = (int)(share * 10);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{share,4:P0}  {what}"));
        }
    }

    public void End()
    {
        if (isTerminal)
        {
            output.WriteLine();
        }
    }
}
