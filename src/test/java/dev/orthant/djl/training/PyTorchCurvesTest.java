package dev.orthant.djl.training;

import ai.djl.Device;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Records the losses of PyTorch itself. */
@Tag("pytorch")
class PyTorchCurvesTest {
  @Test
  void records() {
    Map<String, double[]> curves = new TreeMap<>();
    for (Network n : Networks.all()) {
      curves.put(n.name(), Run.losses(n, "PyTorch", Device.cpu(), Curves.STEPS));
      System.out.println("PyTorch " + n.name() + " " + Arrays.toString(curves.get(n.name())));
    }
    Curves.write(curves);
  }
}
