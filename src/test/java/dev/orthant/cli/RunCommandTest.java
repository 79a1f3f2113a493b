package dev.orthant.cli;

import static dev.orthant.cli.CommandLineRun.devices;
import static dev.orthant.cli.CommandLineRun.load;
import static dev.orthant.cli.CommandLineRun.save;
import static dev.orthant.cli.CommandLineRun.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.orthant.cli.CommandLineRun.Result;
import dev.orthant.core.DType;
import dev.orthant.core.TensorSpec;
import dev.orthant.device.ReferenceDevice;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Parameter;
import dev.orthant.op.Contraction;
import dev.orthant.op.MathMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RunCommandTest {
  private final ReferenceDevice device = ReferenceDevice.named("cpu");

  @TempDir
  private Path folder;

  private Path file(String name) {
    return folder.resolve(name + ".npy");
  }

  /** Runs, with words that end in .npy meaning files of this test's folder, and expects success. */
  private double[] run(String words) {
    String[] args = Stream.concat(Stream.of("run"), Stream.concat(Arrays.stream(words.split(" ", -1))
        .map(w -> w.endsWith(".npy") ? folder.resolve(w).toString() : w), Stream.of("-o", file("y").toString())))
        .toArray(String[]::new);
    Result r = CommandLineRun.run(devices(device), args);
    assertThat(r.err()).isEmpty();
    assertThat(r.code()).isZero();
    assertThat(r.outLines()).hasSize(1);
    assertThat(device.launches()).isEqualTo(1);
    assertThat(device.stats().liveBuffers()).isZero();
    return load(file("y"));
  }

  @Test
  void matmulWithEverything() {
    double[] a = load(save(file("a"), DType.F64, 4, 3));
    double[] b = load(save(file("b"), DType.F64, 5, 4));
    double[] bias = load(save(file("bias"), DType.F64, 5));
    double[] residual = load(save(file("r"), DType.F64, 3, 5));
    double[] y = run("matmul a.npy b.npy --transpose-a --transpose-b --alpha 0.5 --bias bias.npy --residual r.npy"
        + " --activation hard_tanh --min -0.25 --activation-max 0.75");
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 5; j++) {
        double sum = 0;
        for (int k = 0; k < 4; k++) {
          sum += a[k * 3 + i] * b[j * 4 + k];
        }
        double expected = Math.clamp(0.5 * sum + bias[j] + residual[i * 5 + j], -0.25, 0.75);
        assertThat(y[i * 5 + j]).isCloseTo(expected, within(1e-12));
      }
    }
  }

  @Test
  void theModeOfF32ProductsIsTheOps() {
    List<MathMode> seen = new ArrayList<>();
    ReferenceDevice watched = ReferenceDevice.broken("cpu", c -> {
      seen.add(((Contraction) c.op()).math());
      return false;
    });
    save(file("a"), DType.F32, 4, 3);
    save(file("b"), DType.F32, 3, 5);
    save(file("x"), DType.F32, 1, 2, 4, 4);
    save(file("w"), DType.F32, 3, 2, 3, 3);
    String y = file("y").toString();
    for (String math : List.of("f32", "tf32", "3xtf32")) {
      assertThat(CommandLineRun.run(devices(watched), "run", "matmul", file("a").toString(), file("b").toString(),
          "--math", math, "-o", y).code()).isZero();
      assertThat(CommandLineRun.run(devices(watched), "run", "conv2d", file("x").toString(), file("w").toString(),
          "--math", math, "-o", y).code()).isZero();
    }
    assertThat(seen).containsExactly(MathMode.IEEE, MathMode.IEEE, MathMode.TF32, MathMode.TF32, MathMode.TF32X3,
        MathMode.TF32X3);
  }

  @Test
  void convBiasIsPerFilterInBothLayouts() {
    save(file("x"), DType.F64, 1, 1, 2, 2);
    double[] bias = load(save(file("bias"), DType.F64, 2));
    save(file("w"), DType.F64, 2, 1, 1, 1);
    double[] plain = run("conv2d x.npy w.npy");
    RunCommandTest nchw = new RunCommandTest();
    nchw.folder = folder;
    double[] y = nchw.run("conv2d x.npy w.npy --bias bias.npy");
    for (int i = 0; i < 8; i++) {
      assertThat(y[i]).isCloseTo(plain[i] + bias[i / 4], within(1e-12));
    }
    save(file("x"), DType.F64, 1, 2, 2, 1);
    RunCommandTest nhwc = new RunCommandTest();
    nhwc.folder = folder;
    double[] z = nhwc.run("conv2d x.npy w.npy --bias bias.npy --layout nhwc");
    for (int i = 0; i < 8; i++) {
      assertThat(z[i]).isCloseTo(plain[(i % 2) * 4 + i / 2] + bias[i % 2], within(1e-12));
    }
  }

  @ParameterizedTest
  @MethodSource("geometry")
  void convGeometry(String options, long h, long w) {
    save(file("x"), DType.F32, 2, 4, 9, 8);
    save(file("w"), DType.F32, 6, 2, 3, 3);
    run("conv2d x.npy w.npy --groups 2 " + options);
    assertThat(spec(file("y"))).isEqualTo(TensorSpec.of(DType.F32, 2, 6, h, w));
  }

  private static Stream<Arguments> geometry() {
    return Stream.of(Arguments.of("--stride 1", 7, 6),
        Arguments.of("--stride 2 --padding 1", 5, 4),
        Arguments.of("--stride 2,1 --padding 1,2", 5, 10),
        Arguments.of("--padding 1,2,3,4 --dilation 2,1", 9, 12),
        Arguments.of("--padding same --stride 2,3", 5, 3));
  }

  private static Collection<Activation> catalogue() {
    return Activations.all();
  }

  /** Every activation of the catalogue is a command, each of its parameters an option. */
  @ParameterizedTest
  @MethodSource("catalogue")
  void everyActivation(Activation f) {
    double[] x = load(save(file("x"), DType.F64, 7, 5));
    double[] parameters = new double[f.parameters().size()];
    StringBuilder options = new StringBuilder();
    for (int i = 0; i < parameters.length; i++) {
      Parameter p = f.parameters().get(i);
      parameters[i] = i - 0.375;
      options.append(" --").append(p.name().replace('_', '-')).append(' ').append(parameters[i]);
    }
    double[] y = run(f.name() + " x.npy" + options);
    double[] in = new double[1 + parameters.length];
    System.arraycopy(parameters, 0, in, 1, parameters.length);
    double[] expected = Arrays.stream(x).map(v -> {
      in[0] = v;
      return f.value().evaluate(in, new double[0]);
    }).toArray();
    assertThat(y).containsExactly(expected);
  }

  @Test
  void preluTakesASlopePerChannel() {
    double[] x = load(save(file("x"), DType.F64, 2, 3));
    double[] slope = load(save(file("slope"), DType.F64, 3));
    double[] y = run("prelu x.npy --slope slope.npy");
    for (int i = 0; i < 6; i++) {
      assertThat(y[i]).isEqualTo(x[i] <= 0 ? slope[i % 3] * x[i] : x[i]);
    }
  }

  @Test
  void inputsAreConverted() {
    save(file("a"), DType.F64, 2, 3);
    save(file("b"), DType.F32, 3, 2);
    run("matmul a.npy b.npy --dtype f16");
    assertThat(spec(file("y")).dtype()).isEqualTo(DType.F16);
  }

  @Test
  void theFirstInputDecidesTheType() {
    save(file("a"), DType.F32, 2, 3);
    save(file("b"), DType.F64, 3, 2);
    run("matmul a.npy b.npy");
    assertThat(spec(file("y")).dtype()).isEqualTo(DType.F32);
  }

  @Test
  void bf16IsWrittenAsF32AndEmptyInputsWork() {
    save(file("a"), DType.F32, 0, 3);
    save(file("b"), DType.F32, 3, 2);
    run("matmul a.npy b.npy --dtype bf16");
    assertThat(spec(file("y"))).isEqualTo(TensorSpec.of(DType.F32, 0, 2));
  }

  @Test
  void oneLineTellsWhatWasDone() {
    save(file("a"), DType.F32, 2, 3);
    save(file("b"), DType.F32, 3, 4);
    Result r = CommandLineRun.run(devices(device), "run", "matmul", file("a").toString(), file("b").toString(),
        "--activation", "gelu", "--device", "cpu", "--output", file("y").toString());
    assertThat(r.out()).matches("matmul \\+ gelu: \\(2, 3\\), \\(3, 4\\) -> \\(2, 4\\) f32 on cpu in .* -> .*y.npy\\R");
  }
}
