package dev.orthant.programs;

import static dev.orthant.programs.Steps.step;

import dev.orthant.core.DType;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import dev.orthant.expr.Expr;
import dev.orthant.expr.Function;
import dev.orthant.op.Layout;
import dev.orthant.op.Philox;
import dev.orthant.programs.Steps.Kind;
import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/** Elementwise work, comparisons, random numbers. */
final class ElementwiseSteps {
  /** Functions that stay small wherever they have a value. */
  private static final List<Function> FUNCTIONS = List.of(Function.SIN, Function.COS, Function.ATAN, Function.ERF,
      Function.CBRT, Function.EXPM1, Function.LOG1P, Function.ASINH, Function.FLOOR, Function.CEIL, Function.RINT,
      Function.TRUNC, Function.SIGN, Function.SINH, Function.COSH, Function.LOG);

  private ElementwiseSteps() {}

  static List<Kind> arithmetic() {
    return List.of(
        two("add", Tensor::add), two("sub", Tensor::sub), two("mul", Tensor::mul), two("maximum", Tensor::maximum),
        two("minimum", Tensor::minimum),
        d -> {
          double v = d.number();
          return Steps.of(d.anything(), "add(" + v + ")", x -> x.add(v));
        },
        d -> {
          double v = d.number();
          return Steps.of(d.anything(), "mul(" + v + ")", x -> x.mul(v));
        },
        ElementwiseSteps::activation, ElementwiseSteps::activation);
  }

  static List<Kind> all() {
    List<Kind> all = new ArrayList<>(List.of(
        two("div", Tensor::div),
        d -> Steps.of(d.anything(), "neg()", Tensor::neg),
        d -> Steps.of(d.anything(), "square()", Tensor::square),
        d -> {
          double v = d.any(1.0, 2.0, 3.0);
          return Steps.of(d.floating(), "pow(" + v + ")", x -> x.pow(v));
        },
        d -> {
          double v = d.positive();
          return Steps.of(d.floating(), "div(" + v + ")", x -> x.div(v));
        },
        d -> {
          Function f = d.any(FUNCTIONS);
          return Steps.of(d.floating(), "apply(Function." + f + ")", x -> x.apply(f));
        },
        ElementwiseSteps::activationWithTensor, ElementwiseSteps::comparison, ElementwiseSteps::comparisonWithNumber,
        ElementwiseSteps::where, ElementwiseSteps::where, ElementwiseSteps::whereNumber, ElementwiseSteps::formula,
        ElementwiseSteps::formula,
        ElementwiseSteps::channelBias, ElementwiseSteps::dropout, ElementwiseSteps::random));
    return all;
  }

  private static Kind two(String name, BinaryOperator<Tensor> f) {
    return d -> {
      int x = d.anything();
      return step("{0}." + name + "({1})", (_, in) -> f.apply(in.get(0), in.get(1)), x, d.partner(x));
    };
  }

  private static ProgramNode.Step activation(Draw d) {
    Activation f = d.any(List.copyOf(Activations.all()));
    return Steps.of(d.floating(), "activate(Activations.named(\"" + f.name() + "\"))", x -> x.activate(f));
  }

  private static ProgramNode.Step activationWithTensor(Draw d) {
    Activation f = d.any(Activations.PRELU, Activations.SWISH, Activations.ELU);
    int x = d.floating();
    return step("{0}.activate(Activations.named(\"" + f.name() + "\"), List.of({1}))",
        (_, in) -> in.get(0).activate(f, List.of(in.get(1))), x, d.partner(x));
  }

  private static ProgramNode.Step comparison(Draw d) {
    int x = d.anything();
    int y = d.partner(x);
    return switch (d.below(6)) {
      case 0 -> step("{0}.gt({1})", (_, in) -> in.get(0).gt(in.get(1)), x, y);
      case 1 -> step("{0}.ge({1})", (_, in) -> in.get(0).ge(in.get(1)), x, y);
      case 2 -> step("{0}.lt({1})", (_, in) -> in.get(0).lt(in.get(1)), x, y);
      case 3 -> step("{0}.le({1})", (_, in) -> in.get(0).le(in.get(1)), x, y);
      case 4 -> step("{0}.eq({1})", (_, in) -> in.get(0).eq(in.get(1)), x, y);
      default -> step("{0}.ne({1})", (_, in) -> in.get(0).ne(in.get(1)), x, y);
    };
  }

  private static ProgramNode.Step comparisonWithNumber(Draw d) {
    double v = d.number();
    return d.coin() ? Steps.of(d.anything(), "gt(" + v + ")", x -> x.gt(v))
        : Steps.of(d.anything(), "eq(" + v + ")", x -> x.eq(v));
  }

  private static ProgramNode.Step where(Draw d) {
    int x = d.anything();
    int c = d.partner(d.oneIn(3) ? d.type(x) : DType.BOOL, d.shape(x));
    return step("{0}.where({1}, {2})", (_, in) -> in.get(0).where(in.get(1), in.get(2)), x, c, d.partner(x));
  }

  private static ProgramNode.Step whereNumber(Draw d) {
    int x = d.anything();
    double v = d.number();
    return step("{0}.where({1}, " + v + ")", (_, in) -> in.get(0).where(in.get(1), v), x,
        d.partner(DType.BOOL, d.shape(x)));
  }

  /** A user's formula: with a number, with a tensor, without its second operand. */
  private static ProgramNode.Step formula(Draw d) {
    int x = d.floating();
    double v = d.number();
    Expr a = Expr.input(0);
    return switch (d.below(4)) {
      case 0 -> {
        Expr f = a.times(Expr.scalar(0)).tanh().plus(Expr.input(1));
        yield step("{0}.apply(\"mine\", Expr.input(0).times(Expr.scalar(0)).tanh().plus(Expr.input(1)), List.of({1}), "
            + v + ")", (_, in) -> in.get(0).apply("mine", f, List.of(in.get(1)), v), x, d.partner(x));
      }
      case 1 -> {
        Expr f = a.minus(Expr.scalar(0)).squared();
        yield Steps.of(x, "apply(\"mine\", Expr.input(0).minus(Expr.scalar(0)).squared(), List.of(), " + v + ")",
            t -> t.apply("mine", f, List.of(), v));
      }
      case 2 -> {
        Expr f = Expr.where(a.gt(Expr.input(1)), a, Expr.input(1).times(Expr.constant(0.25)));
        yield step(
            "{0}.apply(\"mine\", Expr.where(Expr.input(0).gt(Expr.input(1)), Expr.input(0), Expr.input(1)"
                + ".times(Expr.constant(0.25))), List.of({1}))",
            (_, in) -> in.get(0).apply("mine", f, List.of(in.get(1))), x, d.partner(x));
      }
      default -> {
        Expr f = Expr.input(1).times(Expr.constant(0.5));
        yield step("{0}.apply(\"mine\", Expr.input(1).times(Expr.constant(0.5)), List.of({1}))",
            (_, in) -> in.get(0).apply("mine", f, List.of(in.get(1))), x, d.partner(x));
      }
    };
  }

  private static ProgramNode.Step channelBias(Draw d) {
    int x = d.floatingOfRank(3 + d.below(2));
    Layout layout = d.any(Layout.values());
    int axis = layout == Layout.NHWC ? d.rank(x) - 1 : 1;
    return step("{0}.addChannelBias({1}, Layout." + layout + ")",
        (_, in) -> in.get(0).addChannelBias(in.get(1), layout), x,
        d.exactly(d.type(x), dev.orthant.core.Shape.of(d.dim(x, axis))));
  }

  private static ProgramNode.Step dropout(Draw d) {
    double rate = d.any(0.0, 0.25, 0.5);
    Philox noise = new Philox(d.below(5), 4L * d.below(9));
    return Steps.of(d.floating(), "dropout(" + rate + ", new Philox(" + noise.seed() + ", " + noise.offset() + "))",
        x -> x.dropout(rate, noise));
  }

  private static ProgramNode.Step random(Draw d) {
    int seed = d.below(7);
    int offset = 4 * d.below(5);
    DType type = d.floatingType();
    dev.orthant.core.Shape shape = d.shapeOf(d.below(4));
    String stream = "new RandomStream(" + seed + ", " + offset + ").";
    String where = "(device, DType." + type.name() + ", Shape.of(" + Steps.list(shape.dims()) + "), ";
    return switch (d.below(4)) {
      case 0 -> step(stream + "uniform" + where + "-1, 1.5)",
          (dev, _) -> new RandomStream(seed, offset).uniform(dev, type, shape, -1, 1.5));
      case 1 -> step(stream + "normal" + where + "0.5, 2)",
          (dev, _) -> new RandomStream(seed, offset).normal(dev, type, shape, 0.5, 2));
      case 2 -> step(stream + "truncatedNormal" + where + "0, 1)",
          (dev, _) -> new RandomStream(seed, offset).truncatedNormal(dev, type, shape, 0, 1));
      default -> step(stream + "bernoulli" + where + "0.25)",
          (dev, _) -> new RandomStream(seed, offset).bernoulli(dev, type, shape, 0.25));
    };
  }
}
