package dev.orthant.plot;

import dev.orthant.core.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Series of points joined by lines, as one self-contained SVG. What has no place on the axes (NaN, infinities, numbers
 * beyond ±1e300, and on a logarithmic axis those below 1e-300) leaves a gap; a point between two gaps is a dot.
 *
 * <pre>{@code
 * String svg = LineChart.titled("Training").x("epoch").logY("loss").add("relu", epochs, losses).svg();
 * }</pre>
 */
public final class LineChart {
  private static final double WIDTH = 720;
  private static final double HEIGHT = 420;
  private static final double TOP = 44;
  private static final double BOTTOM = 56;
  private static final double SMALL = 12;
  private static final double ROW = 20;

  private final String title;
  private final List<Series> series = new ArrayList<>();
  private String xLabel = "";
  private String yLabel = "";
  private boolean logX;
  private boolean logY;

  private record Series(String name, double[] xs, double[] ys) {}

  private LineChart(String title) {
    this.title = title;
  }

  public static LineChart titled(String title) {
    return new LineChart(title);
  }

  public LineChart x(String label) {
    xLabel = label;
    logX = false;
    return this;
  }

  public LineChart y(String label) {
    yLabel = label;
    logY = false;
    return this;
  }

  public LineChart logX(String label) {
    xLabel = label;
    logX = true;
    return this;
  }

  public LineChart logY(String label) {
    yLabel = label;
    logY = true;
    return this;
  }

  /**
   * And a series; its points are joined in this order.
   *
   * @throws InvalidInputException when there are not as many x as y
   */
  public LineChart add(String name, double[] xs, double[] ys) {
    if (xs.length != ys.length) {
      throw new InvalidInputException("series '" + name + "' has " + xs.length + " x and " + ys.length + " y");
    }
    series.add(new Series(name, xs.clone(), ys.clone()));
    return this;
  }

  /** And a series of values at 1, 2, 3, … */
  public LineChart add(String name, double... ys) {
    return add(name, IntStream.rangeClosed(1, ys.length).asDoubleStream().toArray(), ys);
  }

  /** The chart as SVG text. */
  public String svg() {
    Axis x = axis(logX, true);
    Axis y = axis(logY, false);
    double names = widest(series, s -> Svg.width(s.name(), SMALL));
    double left = 34 + widest(y.ticks(), t -> Svg.width(t.label(), SMALL));
    double right = left + WIDTH;
    double bottom = TOP + Math.max(HEIGHT, series.size() * ROW);
    var svg = new Svg(right + 64 + names, bottom + BOTTOM, title);
    svg.text(left + WIDTH / 2, TOP / 2, 16, "middle", title);
    for (Axis.Tick t : y.ticks()) {
      double at = bottom - y.at(t.value()) * (bottom - TOP);
      svg.line(left, at, right, at, Svg.FAINT).text(left - 6, at, SMALL, "end", t.label());
    }
    for (Axis.Tick t : x.ticks()) {
      double at = left + x.at(t.value()) * WIDTH;
      svg.line(at, TOP, at, bottom, Svg.FAINT).text(at, bottom + 14, SMALL, "middle", t.label());
    }
    svg.line(left, TOP, left, bottom, Svg.INK).line(left, bottom, right, bottom, Svg.INK);
    svg.text(left + WIDTH / 2, bottom + 38, SMALL + 1, "middle", xLabel);
    svg.upwards(16, (TOP + bottom) / 2, SMALL + 1, yLabel);
    for (int i = 0; i < series.size(); i++) {
      draw(svg, i, x, y, left, bottom);
      double at = TOP + (i + 0.5) * ROW;
      svg.line(right + 12, at, right + 44, at, Palette.color(i), 2, Palette.dashes(i));
      svg.text(right + 50, at, SMALL, "start", series.get(i).name());
    }
    return svg.close();
  }

  private static <T> double widest(List<T> all, ToDoubleFunction<T> width) {
    return all.stream().mapToDouble(width).max().orElse(0);
  }

  /** Of the values with a place on both axes: the others must not stretch them. */
  private Axis axis(boolean logarithmic, boolean ofX) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (Series s : series) {
      for (int i = 0; i < s.xs().length; i++) {
        if (has(s, i)) {
          double value = ofX ? s.xs()[i] : s.ys()[i];
          least = Math.min(least, value);
          most = Math.max(most, value);
        }
      }
    }
    return Axis.of(least, most, logarithmic);
  }

  private boolean has(Series s, int i) {
    return Axis.shows(s.xs()[i], logX) && Axis.shows(s.ys()[i], logY);
  }

  private void draw(Svg svg, int index, Axis x, Axis y, double left, double bottom) {
    Series s = series.get(index);
    String color = Palette.color(index);
    var path = new StringBuilder();
    int run = 0;
    for (int i = 0; i <= s.xs().length; i++) {
      boolean here = i < s.xs().length && has(s, i);
      if (here) {
        path.append(run == 0 ? "M" : "L").append(Svg.number(left + x.at(s.xs()[i]) * WIDTH)).append(' ')
            .append(Svg.number(bottom - y.at(s.ys()[i]) * (bottom - TOP)));
      } else if (run == 1) {
        svg.dot(left + x.at(s.xs()[i - 1]) * WIDTH, bottom - y.at(s.ys()[i - 1]) * (bottom - TOP), 3, color);
      }
      run = here ? run + 1 : 0;
    }
    if (!path.isEmpty()) {
      svg.path(path.toString(), color, 2, Palette.dashes(index));
    }
  }
}
