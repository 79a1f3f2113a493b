package dev.orthant.cpu.conv;

import dev.orthant.core.InvalidInputException;
import dev.orthant.op.Call;
import dev.orthant.op.Conv2d;
import dev.orthant.op.Layout;
import dev.orthant.op.walk.StridePhase;

/** Convolutions as the engine sees them. */
public final class ConvShapes {
  private ConvShapes() {}

  /** The forward pass. */
  public static ConvShape forward(Call call, Conv2d op, Conv2d.Extents e) {
    try {
      return new ConvShape(Math.toIntExact(e.n()), Math.toIntExact(e.c()), Math.toIntExact(e.h()),
          Math.toIntExact(e.w()), Math.toIntExact(e.k()), Math.toIntExact(e.r()), Math.toIntExact(e.s()),
          op.window().strideH(), op.window().strideW(), op.window().padTop(), op.window().padLeft(),
          op.window().dilationH(), op.window().dilationW(), op.groups(), Math.toIntExact(e.p()),
          Math.toIntExact(e.q()), op.layout() == Layout.NHWC);
    } catch (ArithmeticException tooLarge) {
      throw new InvalidInputException(call + ": an extent is beyond " + Integer.MAX_VALUE + " (on cpu)", tooLarge);
    }
  }

  /** The convolution of dy that gives the gradient at the images' positions {@code (y, x)}; both have taps. */
  static ConvShape transposed(ConvShape f, StridePhase y, StridePhase x) {
    return new ConvShape(f.n(), f.k(), f.p(), f.q(), f.c(), y.taps(), x.taps(), 1, 1, y.pad(), x.pad(), y.dilation(),
        x.dilation(), f.groups(), y.count(), x.count(), f.nhwc());
  }
}
