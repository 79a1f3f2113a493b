package dev.orthant.cli.run;

import dev.orthant.cli.terminal.Converters;
import dev.orthant.cli.terminal.DeviceSource;
import dev.orthant.core.InvalidInputException;
import dev.orthant.core.Shape;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "conv2d", mixinStandardHelpOptions = true,
    description = {"activation(alpha * conv(X, W) + bias + residual) as one kernel.",
        "NCHW: X has shape (n, c, h, w), W (k, c/groups, r, s). NHWC: X (n, h, w, c), W (k, r, s, c/groups)."},
    footer = {"", "Examples:",
        "  orthant run conv2d x.npy w.npy --stride 2 --padding 3 --bias b.npy --activation relu -o y.npy",
        "  orthant run conv2d x.npy w.npy --groups 32 --padding same --layout NHWC -o y.npy   (depthwise: groups = c)"})
final class RunConv2d extends RunBase {
  private static final String SAME = "same";

  @Parameters(index = "0", paramLabel = "X", description = "Images (.npy).")
  private @Nullable Path x;

  @Parameters(index = "1", paramLabel = "W", description = "Filters (.npy).")
  private @Nullable Path w;

  @Option(names = "--stride", paramLabel = "H[,W]", defaultValue = "1",
      description = "Default: ${DEFAULT-VALUE}.")
  private String stride = "1";

  @Option(names = "--padding", paramLabel = "PAD", defaultValue = "0",
      description = "Zeros around the image: P, or H,W, or TOP,LEFT,BOTTOM,RIGHT, or 'same' (output = input / stride)."
          + " Default: ${DEFAULT-VALUE}.")
  private String padding = "0";

  @Option(names = "--dilation", paramLabel = "H[,W]", defaultValue = "1",
      description = "Default: ${DEFAULT-VALUE}.")
  private String dilation = "1";

  @Option(names = "--groups", paramLabel = "N", defaultValue = "1",
      description = "Default: ${DEFAULT-VALUE}.")
  private int groups = 1;

  @Option(names = "--layout", defaultValue = "NCHW", paramLabel = "LAYOUT",
      description = "NCHW (default) or NHWC.")
  private Layout layout = Layout.NCHW;

  @Mixin
  private final EpilogueOptions epilogue = new EpilogueOptions();

  private RunConv2d(DeviceSource devices) {
    super(devices);
  }

  static CommandLine create(DeviceSource devices) {
    CommandSpec spec = CommandSpec.forAnnotatedObject(new RunConv2d(devices));
    ActivationOptions.addAll(spec);
    return new CommandLine(spec);
  }

  @Override
  Plan plan(Loader loader) {
    int[] s = pair("--stride", stride);
    int[] d = pair("--dilation", dilation);
    int[] explicit = padding.equals(SAME) ? new int[4] : padding(padding);
    Operand images = loader.load(Objects.requireNonNull(x));
    Operand filters = loader.load(Objects.requireNonNull(w));
    int[] p = padding.equals(SAME) ? same(images.shape(), filters.shape(), s, d) : explicit;
    Conv2d op = Conv2d.PLAIN.strides(s[0], s[1]).padding(p[0], p[1], p[2], p[3]).dilation(d[0], d[1]).groups(groups)
        .layout(layout).math(epilogue.math());
    UnaryOperator<Operand> place =
        layout == Layout.NCHW ? ActivationOptions::perChannel : UnaryOperator.identity();
    return epilogue.plan(op, spec(), loader, new ArrayList<>(List.of(images, filters)), place);
  }

  private static int[] pair(String flag, String text) {
    int[] given = Converters.integers(flag, text);
    return switch (given.length) {
      case 1 -> new int[] {given[0], given[0]};
      case 2 -> given;
      default -> throw new InvalidInputException(flag + " takes one number or H,W, got " + text);
    };
  }

  private static int[] padding(String text) {
    int[] p = Converters.integers("--padding", text);
    return switch (p.length) {
      case 1 -> new int[] {p[0], p[0], p[0], p[0]};
      case 2 -> new int[] {p[0], p[1], p[0], p[1]};
      case 4 -> p;
      default -> throw new InvalidInputException("--padding takes P, or H,W, or TOP,LEFT,BOTTOM,RIGHT; got " + text);
    };
  }

  /** As much as makes the output ceil(input / stride), the odd one at the end: ONNX's SAME_UPPER. */
  private int[] same(Shape image, Shape filter, int[] s, int[] d) {
    if (image.rank() != 4 || filter.rank() != 4 || s[0] < 1 || s[1] < 1) {
      return new int[4]; // the op says what is wrong
    }
    int axis = layout.heightAxis();
    int[] total = new int[2];
    for (int i = 0; i < 2; i++) {
      long extent = image.dim(axis + i);
      long outputs = Math.ceilDiv(extent, s[i]);
      try {
        long reach = Math.multiplyExact(d[i], filter.dim(axis + i) - 1);
        long needed = Math.addExact(Math.multiplyExact(outputs - 1, s[i]), reach + 1);
        total[i] = Math.clamp(Math.subtractExact(needed, extent), 0, Integer.MAX_VALUE);
      } catch (ArithmeticException e) {
        throw new InvalidInputException(
            "--padding same: images " + image + " and filters " + filter + " are too large for it", e);
      }
    }
    return new int[] {total[0] / 2, total[1] / 2, total[0] - total[0] / 2, total[1] - total[1] / 2};
  }
}
