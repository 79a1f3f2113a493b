package dev.orthant.plot;

import java.util.ArrayList;
import java.util.List;

/**
 * Named values as horizontal bars, each with its number, as one self-contained SVG. Bars begin at zero; negative ones
 * go to the left, and a value that is not finite has its number only.
 *
 * <pre>{@code
 * String svg = BarChart.titled("Accuracy").x("%").add("relu", 98.9).add("gelu", 99.1, "99.1 ± 0.1").svg();
 * }</pre>
 */
public final class BarChart {
  private static final double WIDTH = 480;
  private static final double TOP = 44;
  private static final double BOTTOM = 56;
  private static final double ROW = 26;
  private static final double SMALL = 12;

  private final String title;
  private final List<Bar> bars = new ArrayList<>();
  private String xLabel = "";

  private record Bar(String name, double value, String text) {}

  private BarChart(String title) {
    this.title = title;
  }

  public static BarChart titled(String title) {
    return new BarChart(title);
  }

  public BarChart x(String label) {
    xLabel = label;
    return this;
  }

  /** And a bar, below those before. */
  public BarChart add(String name, double value) {
    return add(name, value, Axis.label(value));
  }

  /** And a bar with other words beside it than its number. */
  public BarChart add(String name, double value, String text) {
    bars.add(new Bar(name, value, text));
    return this;
  }

  /** The chart as SVG text. */
  public String svg() {
    double[] finite = bars.stream().mapToDouble(Bar::value).filter(v -> Axis.shows(v, false)).toArray();
    double least = 0;
    double most = 0;
    for (double v : finite) {
      least = Math.min(least, v);
      most = Math.max(most, v);
    }
    Axis x = Axis.of(least, most > least ? most : 1, false);
    double names = bars.stream().mapToDouble(b -> Svg.width(b.name(), SMALL)).max().orElse(0);
    double texts = bars.stream().mapToDouble(b -> Svg.width(b.text(), SMALL)).max().orElse(0);
    // Left of zero there are numbers too, beside bars that go there.
    double left = 20 + names + (least < 0 ? texts : 0);
    double bottom = TOP + bars.size() * ROW;
    var svg = new Svg(left + WIDTH + texts + 24, bottom + BOTTOM, title);
    svg.text(left + WIDTH / 2, TOP / 2, 16, "middle", title);
    for (Axis.Tick t : x.ticks()) {
      double at = left + x.at(t.value()) * WIDTH;
      svg.line(at, TOP, at, bottom, Svg.FAINT).text(at, bottom + 14, SMALL, "middle", t.label());
    }
    double zero = left + x.at(0) * WIDTH;
    for (int i = 0; i < bars.size(); i++) {
      draw(svg, bars.get(i), TOP + i * ROW, zero, left + x.at(bars.get(i).value()) * WIDTH, names);
    }
    svg.line(zero, TOP, zero, bottom, Svg.INK);
    svg.text(left + WIDTH / 2, bottom + 38, SMALL + 1, "middle", xLabel);
    return svg.close();
  }

  private static void draw(Svg svg, Bar bar, double top, double zero, double end, double names) {
    double middle = top + ROW / 2;
    svg.text(10 + names, middle, SMALL, "end", bar.name());
    boolean shown = Axis.shows(bar.value(), false);
    if (shown) {
      svg.rect(Math.min(zero, end), top + 4, Math.abs(end - zero), ROW - 8, Palette.color(0));
    }
    boolean leftwards = shown && end < zero;
    svg.text((shown ? end : zero) + (leftwards ? -6 : 6), middle, SMALL, leftwards ? "end" : "start", bar.text());
  }
}
