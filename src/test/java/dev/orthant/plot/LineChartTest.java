package dev.orthant.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orthant.core.InvalidInputException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class LineChartTest {
  private static final double NAN = Double.NaN;

  private static List<String> paths(LineChart chart) {
    return Xml.of(chart.svg()).all("path").stream().map(e -> e.getAttribute("d")).toList();
  }

  @Test
  void hasTitleAxesAndLegend() {
    Xml xml = Xml.of(LineChart.titled("Training").x("epoch").y("loss").add("relu", 2, 1, 0.5).add("gelu", 2, 0.8, 0.3)
        .svg());
    assertThat(xml.texts()).contains("Training", "epoch", "loss", "relu", "gelu", "1", "1.5", "3", "0.5", "2");
    assertThat(xml.all("title").getFirst().getTextContent()).isEqualTo("Training");
    assertThat(xml.all("path")).hasSize(2);
    Element paper = xml.all("rect").getFirst();
    assertThat(paper.getAttribute("fill")).isEqualTo("#ffffff");
    assertThat(paper.getAttribute("width")).isEqualTo(xml.document().getDocumentElement().getAttribute("width"));
  }

  @Test
  void valuesAreWhereTheirMarksAre() {
    assertThat(paths(LineChart.titled("t").add("a", new double[] {0, 5, 10}, new double[] {0, 1, 0.5})))
        .singleElement().asString().matches("M([\\d.]+) 464L[\\d.]+ 44L[\\d.]+ 254");
    assertThat(paths(LineChart.titled("t").logY("y").add("a", 1, 100, 10)))
        .singleElement().asString().matches("M[\\d.]+ 464L[\\d.]+ 44L[\\d.]+ 254");
  }

  @Test
  void leavesGaps() {
    assertThat(paths(LineChart.titled("t").add("a", 1, 2, NAN, 3, 4, Double.POSITIVE_INFINITY, 5, 6)).getFirst())
        .matches("(M[^ML]+L[^ML]+){3}");
    assertThat(paths(LineChart.titled("t").logY("y").add("a", 1, 2, 0, 3, 4, -1)).getFirst())
        .matches("(M[^ML]+L[^ML]+){2}");
    assertThat(Xml.of(LineChart.titled("t").add("a", NAN, 1, NAN).svg()).all("circle")).hasSize(1);
    assertThat(Xml.of(LineChart.titled("t").add("a", 1, 2).svg()).all("circle")).isEmpty();
  }

  @Test
  void isAChartWithoutValuesToo() {
    for (LineChart chart : List.of(LineChart.titled(""), LineChart.titled("t").add("none"),
        LineChart.titled("t").logX("x").logY("y").add("all gone", NAN, -1, 0), LineChart.titled("t").add("one", 3),
        LineChart.titled("t").add("huge", -Double.MAX_VALUE, Double.MAX_VALUE, 1e300, -1e300, Double.MIN_VALUE))) {
      assertThat(chart.svg()).doesNotContain("NaN", "Infinity");
      assertThat(Xml.of(chart.svg()).all("svg")).hasSize(1);
    }
  }

  @Test
  void escapesWhatXmlDoesNotHold() {
    String nasty = "a<b & \"c\" 'd' ]]> \u0000\u0007\ud800 ü 😀 \uffff";
    Xml xml = Xml.of(LineChart.titled(nasty).x(nasty).y(nasty).add(nasty, 1, 2).svg());
    String safe = "a<b & \"c\" 'd' ]]> \ufffd\ufffd\ufffd ü 😀 \ufffd";
    assertThat(xml.texts().stream().filter(safe::equals)).hasSize(4);
  }

  @Test
  void manySeriesLookDifferent() {
    LineChart chart = LineChart.titled("t");
    for (int i = 0; i < 30; i++) {
      chart.add("series " + i, i, i + 1);
    }
    var looks = new HashSet<String>();
    for (Element e : Xml.of(chart.svg()).all("path")) {
      looks.add(e.getAttribute("stroke") + " " + e.getAttribute("stroke-dasharray"));
    }
    assertThat(looks).hasSize(30);
  }

  @Test
  void doesNotDependOnTheLocale() {
    LineChart chart = LineChart.titled("t").add("a", 0.125, 1.5);
    String here = chart.svg();
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertThat(chart.svg()).isEqualTo(here);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void refusesSeriesThatDoNotPair() {
    LineChart chart = LineChart.titled("t");
    assertThatThrownBy(() -> chart.add("a", new double[2], new double[3])).isInstanceOf(InvalidInputException.class)
        .hasMessage("series 'a' has 2 x and 3 y");
  }
}
