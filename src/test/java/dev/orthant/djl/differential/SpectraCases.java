package dev.orthant.djl.differential;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Fourier transforms and complex numbers. */
final class SpectraCases {
  private SpectraCases() {}

  static Stream<Case> all() {
    List<Case> all = new ArrayList<>();
    for (long n : new long[] {0, 1, 2, 3, 5, 8, 12, 17}) {
      add(all, "fft(" + n + ")", x -> x.fft(n), 12);
      add(all, "rfft(" + n + ")", x -> x.rfft(n), 12);
      add(all, "ifft(" + n + ")", x -> x.fft(9).ifft(n), 12);
      add(all, "irfft(" + n + ")", x -> x.rfft(9).irfft(n), 12);
      add(all, "irfft(" + n + ") of any", x -> x.reshape(6, 2).complex().irfft(n), 12);
      add(all, "fft(" + n + ") of complex", x -> x.reshape(6, 2).complex().fft(n), 12);
    }
    for (long n : new long[] {64, 65, 67, 96, 131, 134, 130, 256, 4489}) {
      long shown = Math.min(20, n);
      add(all, "fft of long " + n, x -> x.fft(n).get(":" + shown), n);
      add(all, "ifft of long " + n, x -> asComplex(x).ifft(n).get(":" + shown), n);
    }
    for (long axis : new long[] {-3, -2, -1, 0, 1, 2, 3}) {
      add(all, "fft axis " + axis, x -> x.fft(4, axis), 2, 3, 4);
      add(all, "ifft axis " + axis, x -> asComplex(x).ifft(4, axis), 2, 3, 4);
      add(all, "rfft axis " + axis, x -> x.rfft(4, axis), 2, 3, 4);
      add(all, "irfft axis " + axis, x -> x.irfft(4, axis), 2, 3, 4);
    }
    add(all, "fft of a scalar", x -> x.fft(1));
    add(all, "fft of none", x -> x.fft(2), 0, 2);
    add(all, "fft of extent 0", x -> x.fft(2), 2, 0);
    for (long[] s : new long[][] {{3, 4}, {2, 6}, {5, 5}, {1, 1}, {3}, {0, 1}}) {
      String sizes = new Shape(s).toString();
      add(all, "fft2 " + sizes, x -> x.fft2(s), 3, 4);
      add(all, "ifft2 " + sizes, x -> asComplex(x).ifft2(s), 3, 4);
      add(all, "fft2 of first axes " + sizes, x -> x.fft2(s, new long[] {0, 1}), 3, 4, 2);
      add(all, "ifft2 of one axis " + sizes, x -> asComplex(x).ifft2(s, new long[] {1, 1}), 3, 4, 2);
    }
    for (DataType type : ArithmeticCases.TYPES) {
      if (type == DataType.FLOAT16 || type == DataType.FLOAT64) {
        // PyTorch gives complex types that DJL does not know.
        continue;
      }
      all.add(Case.of("spectra/fft of " + type, m -> Inputs.typed(m, 1, type, 6).fft(6)).within(1e-4, 1e-5));
      all.add(Case.of("spectra/irfft of " + type, m -> Inputs.typed(m, 1, type, 6).irfft(6)).within(1e-4, 1e-5));
      all.add(Case.of("spectra/complex of " + type, m -> Inputs.typed(m, 1, type, 3, 2).complex()));
      all.add(Case.of("spectra/real of " + type, m -> Inputs.typed(m, 1, type, 3, 2).real()));
      all.add(Case.of("spectra/conj of " + type, m -> Inputs.typed(m, 1, type, 3, 2).conj()));
    }
    windows(all);
    numbers(all);
    return all.stream();
  }

  /** PyTorch's inverse of real numbers is conjugated lazily, and its engine reads what is not conjugated yet. */
  private static NDArray asComplex(NDArray x) {
    return x.stack(x.zerosLike(), -1).complex();
  }

  private static void add(List<Case> all, String name, Function<NDArray, NDArray> f, long... shape) {
    all.add(Case.of("spectra/" + name, m -> f.apply(Inputs.normal(m, 1, shape))).within(1e-4,
        2e-5 * Math.max(1, Math.sqrt(new Shape(shape).size() / 12.0))));
    if (new Shape(shape).size() < 100) {
      all.add(Case.of("spectra/" + name + " gradient", m -> {
        NDArray x = Inputs.normal(m, 1, shape);
        x.setRequiresGradient(true);
        try (var tape = m.getEngine().newGradientCollector()) {
          NDArray y = f.apply(x);
          NDArray r = y.getDataType() == DataType.COMPLEX64 ? y.real() : y;
          tape.backward(r.mul(r).mul(Inputs.normal(m, 2, r.getShape().getShape())).sum());
        }
        return x.getGradient();
      }).within(1e-4, 1e-4));
    }
  }

  private static void windows(List<Case> all) {
    for (boolean center : new boolean[] {true, false}) {
      for (boolean normalize : new boolean[] {true, false}) {
        for (boolean complex : new boolean[] {true, false}) {
          String how = (center ? "centred " : "") + (normalize ? "normalised " : "") + (complex ? "complex" : "");
          add(all, "stft " + how, x -> x.stft(6, 2, center, x.getManager().hanningWindow(6), normalize, complex), 17);
          add(all, "stft of batch " + how,
              x -> x.stft(5, 3, center, x.getManager().hanningWindow(5), normalize, complex), 2, 11);
        }
      }
    }
    add(all, "stft of short", x -> x.stft(8, 2, true, x.getManager().hanningWindow(8), false, true), 4);
    add(all, "stft of too short", x -> x.stft(8, 2, false, x.getManager().hanningWindow(8), false, true), 4);
    add(all, "stft hop 0", x -> x.stft(4, 0, false, x.getManager().hanningWindow(4), false, true), 9);
    add(all, "stft other window", x -> x.stft(4, 2, false, x.getManager().hanningWindow(5), false, true), 9);
    add(all, "stft of ints",
        x -> x.toType(DataType.INT32, false).stft(4, 2, false, x.getManager().hanningWindow(4), false, true), 9);
    add(all, "stft of images", x -> x.stft(4, 2, false, x.getManager().hanningWindow(4), false, true), 2, 2, 9);
  }

  private static NDArray numbers(NDManager m) {
    return Inputs.normal(m, 1, 3, 4, 2).complex();
  }

  private static void numbers(List<Case> all) {
    all.add(Case.of("spectra/complex", SpectraCases::numbers));
    all.add(Case.of("spectra/complex of extent 3", m -> Inputs.normal(m, 1, 2, 3).complex()));
    all.add(Case.of("spectra/real", m -> numbers(m).real()));
    all.add(Case.of("spectra/conj", m -> numbers(m).conj().real()));
    all.add(Case.list("spectra/real written", m -> {
      NDArray z = numbers(m);
      NDArray r = z.real();
      r.addi(1);
      return new NDList(z, r);
    }));
    all.add(Case.list("spectra/complex written", m -> {
      NDArray r = Inputs.normal(m, 1, 3, 2);
      NDArray z = r.complex();
      r.addi(1);
      return new NDList(z, r);
    }));
    Stream.<java.util.Map.Entry<String, Function<NDArray, NDArray>>>of(
        java.util.Map.entry("reshape", z -> z.reshape(2, 6)), java.util.Map.entry("flatten", NDArray::flatten),
        java.util.Map.entry("transpose", z -> z.transpose()), java.util.Map.entry("expandDims", z -> z.expandDims(1)),
        java.util.Map.entry("swapAxes", z -> z.swapAxes(0, 1)),
        java.util.Map.entry("squeeze", z -> z.get("1:2").squeeze(0)),
        java.util.Map.entry("get", z -> z.get("1, ::2")),
        java.util.Map.entry("take rows", z -> z.get("{}", z.getManager().create(new int[] {2, 0}))),
        java.util.Map.entry("pick", z -> z.get(":, null, {}", z.getManager().create(new int[] {2, 0}))),
        java.util.Map.entry("flip", z -> z.flip(0, 1)), java.util.Map.entry("concat", z -> z.concat(z, 1)),
        java.util.Map.entry("stack", z -> z.stack(z, -1)), java.util.Map.entry("split", z -> z.split(2, 1).get(1)),
        java.util.Map.entry("diagonal", z -> z.diagonal(1)),
        java.util.Map.entry("broadcast", z -> z.get(0).broadcast(2, 4)),
        java.util.Map.entry("tile", z -> z.tile(new long[] {1, 2})), java.util.Map.entry("repeat", z -> z.repeat(0, 2)),
        java.util.Map.entry("rotate90", z -> z.rotate90(1, new int[] {0, 1})),
        java.util.Map.entry("gather", z -> z.gather(z.getManager().create(new int[] {1, 0, 2, 1}, new Shape(1, 4)), 0)),
        java.util.Map.entry("take", z -> z.take(z.getManager().create(new int[] {7, 0}))),
        java.util.Map.entry("mask", z -> z.booleanMask(z.real().get("..., 0").gt(0))),
        java.util.Map.entry("duplicate", NDArray::duplicate),
        java.util.Map.entry("pad", z -> z.pad(new Shape(1, 0), 0)))
        .forEach(e -> all.add(Case.of("spectra/" + e.getKey() + " of complex", m -> e.getValue().apply(numbers(m)))));
    all.add(Case.of("spectra/set of complex", m -> {
      NDArray z = numbers(m);
      z.set(new ai.djl.ndarray.index.NDIndex("1, ::2"), z.get("0, 1:3"));
      z.set(new ai.djl.ndarray.index.NDIndex("2"), 7f);
      return z;
    }));
  }
}
