package dev.orthant.plot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class BarChartTest {
  /** Without the paper. */
  private static List<Element> bars(Xml xml) {
    return xml.all("rect").stream().skip(1).toList();
  }

  private static double number(Element e, String attribute) {
    return Double.parseDouble(e.getAttribute(attribute));
  }

  @Test
  void barsAreAsLongAsTheirValues() {
    Xml xml =
        Xml.of(BarChart.titled("Accuracy").x("%").add("relu", 25).add("gelu", 100, "100 ± 0").add("none", 0).svg());
    assertThat(xml.texts()).contains("Accuracy", "%", "relu", "25", "gelu", "100 ± 0", "none", "0");
    List<Element> bars = bars(xml);
    assertThat(bars.stream().map(e -> number(e, "width"))).containsExactly(120.0, 480.0, 0.0);
    assertThat(bars.stream().map(e -> e.getAttribute("x")).distinct()).hasSize(1);
  }

  @Test
  void negativeOnesGoToTheLeftOfZero() {
    List<Element> bars = bars(Xml.of(BarChart.titled("t").add("a", -1).add("b", 1).svg()));
    assertThat(number(bars.get(0), "x") + number(bars.get(0), "width")).isEqualTo(number(bars.get(1), "x"));
    assertThat(number(bars.get(0), "width")).isEqualTo(number(bars.get(1), "width"));
  }

  @Test
  void whatIsNoNumberHasNoBar() {
    Xml xml = Xml.of(BarChart.titled("<&>").add("a", Double.NaN).add("b", Double.POSITIVE_INFINITY).add("c", 2).svg());
    assertThat(bars(xml)).hasSize(1);
    assertThat(xml.texts()).contains("<&>", "NaN", "Infinity", "2");
    assertThat(xml.all("line").stream().map(e -> e.getAttribute("x1"))).doesNotContain("NaN");
  }

  @Test
  void isAChartWithoutBarsToo() {
    assertThat(Xml.of(BarChart.titled("t").svg()).texts()).contains("t", "0", "1");
    assertThat(Xml.of(BarChart.titled("t").add("zero", 0).svg()).all("svg")).hasSize(1);
  }
}
