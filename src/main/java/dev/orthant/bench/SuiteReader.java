package dev.orthant.bench;

import dev.orthant.core.DType;
import dev.orthant.core.InvalidInputException;
import dev.orthant.expr.Activation;
import dev.orthant.expr.Activations;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads suites: those in the jar by name, anyone's by path. Every fault names the file and the row. */
public final class SuiteReader {
  public static final List<String> BUILT_IN =
      List.of("quick", "resnet50", "transformer", "activations", "gpu", "gpu-quick");
  private static final Set<String> KEYS = Set.of("title", "source", "batches", "seconds", "rotate_mb",
      "rows");

  /** A suite beyond these is a mistake: it would run for days, or take all memory before it runs. */
  private static final int MAX_CASES = 10_000;
  private static final long MAX_BYTES = 16 << 20;
  private static final int LONGEST_DAY = 86_400;
  private static final long MAX_ROTATED_MB = 1 << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder(JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final String name;
  private final List<DType> dtypes;

  private SuiteReader(String name, List<DType> dtypes) {
    this.name = name;
    this.dtypes = dtypes;
  }

  /** The suite of that name or in that file, each row in each of the types; without any, as the rows say. */
  public static Suite read(String name, List<DType> dtypes) {
    try (InputStream in = open(name)) {
      return new SuiteReader(name, dtypes).suite(JSON.readTree(in));
    } catch (IOException e) {
      throw new InvalidInputException(name + ": cannot be read: " + e.getMessage(), e);
    } catch (JacksonException e) {
      throw new InvalidInputException(name + ": is not JSON: " + e.getOriginalMessage() + " at line "
          + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()), e);
    }
  }

  private static InputStream open(String name) throws IOException {
    if (BUILT_IN.contains(name)) {
      InputStream in = SuiteReader.class.getResourceAsStream("/bench/suites/" + name + ".json");
      if (in != null) {
        return in;
      }
    }
    if (!isFile(name)) {
      throw new InvalidInputException("no suite '" + name + "'; there are " + String.join(" ", BUILT_IN)
          + ", or the path of your own .json file");
    }
    if (Files.size(Path.of(name)) > MAX_BYTES) {
      throw new InvalidInputException(
          name + ": has " + Files.size(Path.of(name)) + " bytes; a suite has at most " + MAX_BYTES);
    }
    return Files.newInputStream(Path.of(name));
  }

  /** A name may be anything, also what no path can be. */
  private static boolean isFile(String name) {
    try {
      return Files.isRegularFile(Path.of(name));
    } catch (InvalidPathException _) {
      return false;
    }
  }

  private Suite suite(JsonNode root) {
    JsonNode rows = root.path("rows");
    if (!root.isObject() || !KEYS.containsAll(root.propertyNames()) || !rows.isArray()) {
      throw new InvalidInputException(name + ": is no suite; see bench/README.md for the format");
    }
    List<BenchCase> cases = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      try {
        row(rows.get(i), batches(root, rows.get(i)), cases);
      } catch (InvalidInputException e) {
        throw new InvalidInputException(name + ": row " + (i + 1) + ": " + e.getMessage(), e);
      }
      if (cases.size() > MAX_CASES) {
        throw new InvalidInputException(
            name + ": has more than " + MAX_CASES + " rows, counted once for each dtype, batch and activation");
      }
    }
    return new Suite(name, text(root, "title"), text(root, "source"), number(root, "seconds", LONGEST_DAY),
        (long) number(root, "rotate_mb", MAX_ROTATED_MB) << 20, cases);
  }

  private String text(JsonNode root, String key) {
    JsonNode n = root.path(key);
    if (!n.isMissingNode() && !n.isString()) {
      throw new InvalidInputException(name + ": " + key + " is not a text: " + n);
    }
    return n.asString("");
  }

  /** A number from 0, which it also is when it is not there. */
  private double number(JsonNode root, String key, long most) {
    JsonNode n = root.path(key);
    double value = n.isNumber() ? n.asDouble() : n.isMissingNode() ? 0 : -1;
    if (!(value >= 0 && value <= most)) {
      throw new InvalidInputException(name + ": " + key + " is not a number from 0 to " + most + ": " + n);
    }
    return value;
  }

  /** Once, when the row does not speak of a batch. */
  private static List<Integer> batches(JsonNode root, JsonNode row) {
    if (!row.isObject()) {
      throw new InvalidInputException("is no object: " + row);
    }
    boolean varies = row.valueStream().filter(JsonNode::isArray).flatMap(JsonNode::valueStream)
        .anyMatch(n -> n.isString() && n.asString().contains("N"));
    if (!varies || !root.path("batches").isArray()) {
      return List.of(1);
    }
    for (JsonNode n : root.path("batches")) {
      if (!n.isInt() || n.asInt() < 1) {
        throw new InvalidInputException("batches has what is not a number of examples: " + n);
      }
    }
    return root.path("batches").valueStream().map(JsonNode::asInt).toList();
  }

  /**
   * Those asked for; F32 without a wish. A row that names its own is run in these, as far as they were not excluded.
   */
  private List<DType> dtypes(JsonNode row) {
    if (!row.has("dtypes")) {
      return dtypes.isEmpty() ? List.of(DType.F32) : dtypes;
    }
    List<DType> own = row.path("dtypes").valueStream().map(n -> DType.named(n.asString(""))).toList();
    if (own.isEmpty() || !own.stream().allMatch(DType::isFloating)) {
      throw new InvalidInputException("dtypes is not a list of f16 bf16 f32 f64: " + row.path("dtypes"));
    }
    return own.stream().filter(t -> dtypes.isEmpty() || dtypes.contains(t)).toList();
  }

  private void row(JsonNode row, List<Integer> batches, List<BenchCase> cases) {
    for (DType dtype : dtypes(row)) {
      for (int batch : batches) {
        SuiteRow r = new SuiteRow(row, dtype, batch);
        String op = r.text("op");
        switch (op) {
          case "matmul" -> cases.add(r.matmul());
          case "conv2d" -> cases.add(r.conv2d());
          case "*" -> activations(r, Activations.all(), cases);
          default -> activations(r, List.of(Activations.named(op)), cases);
        }
      }
    }
  }

  private static void activations(SuiteRow row, Collection<Activation> chosen, List<BenchCase> cases) {
    chosen.forEach(f -> cases.add(row.activation(f)));
  }

  /** The extents of a shape, for people: {@code 1x64x56x56}. */
  static String extents(long... dims) {
    return String.join("x", IntStream.range(0, dims.length).mapToObj(i -> Long.toString(dims[i])).toList());
  }
}
