package dev.orthant.io;

import dev.orthant.core.InvalidInputException;
import dev.orthant.core.TensorSpec;
import dev.orthant.nn.Layer;
import dev.orthant.nn.Variable;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeSet;

/**
 * What a training run needs to go on, or a network to be used: named tensors, and named numbers and texts beside them
 * (the description of the network, steps done, seed, name of the optimizer). Immutable but for the tensors' memory,
 * which lives as long as the arena it was made in.
 *
 * <p>{@link #write} replaces a file in one step; {@link #read} returns a whole and undamaged checkpoint or throws one
 * {@link InvalidInputException}. The format, all of it little-endian; lengths and offsets are in bytes:
 *
 * <pre>
 * header   8  "ORTHCKPT"
 *          4  version, 1; this header is the same in every version
 *          4  number of entries
 *          8  length of the whole file
 *          4  CRC32C of the 24 bytes before
 * entry    4  length of the name, 1 to 1024
 *          1  kind: 0 whole number (int64), 1 real number (binary64), 2 text (UTF-8, at most 1 MiB),
 *             16 f16, 17 bf16, 18 f32, 19 f64, 20 i8, 21 u8, 22 i32, 23 i64, 24 bool (tensors, row-major)
 *          1  rank, 0 for what is not a tensor, at most 32
 *          2  zero
 *          8  length of the data
 *          …  the name (UTF-8, no control characters, no two entries alike)
 *          …  8 for every extent
 *          4  CRC32C of the entry so far
 *          …  the data
 *          4  CRC32C of the data
 * </pre>
 *
 * <p>Entries follow one another without gaps, and the last one ends the file.
 */
public final class Checkpoint {
  private static final String NETWORK = "network/";
  /** As many differences as a message lists. */
  private static final int LISTED = 3;

  private final String source;
  private final SequencedMap<String, Entry> entries;

  /** {@code source} begins every message: the file's name once there is one. */
  Checkpoint(String source, SequencedMap<String, Entry> entries) {
    this.source = source;
    this.entries = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(entries));
  }

  /** A new one, to be filled. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Reads and checks all of {@code file}; the tensors' memory is of {@code arena}.
   *
   * @throws InvalidInputException when the file cannot be read, is none of this format, or is damaged in any way
   */
  public static Checkpoint read(Path file, Arena arena) {
    return Disk.read(file, channel -> new Checkpoint(file.toString(), new CheckpointReader(channel, arena).entries()));
  }

  /**
   * Writes all of it; readers see the old file or the whole new one, never a part.
   *
   * @throws InvalidInputException when that is not possible; the old file, if any, is then as it was
   */
  public void write(Path file) {
    OutputFile.write(file, channel -> CheckpointWriter.write(channel, entries));
  }

  /**
   * Checks, before a long run is started, what can be known of {@link #write} without writing.
   *
   * @throws InvalidInputException when it could not succeed
   */
  public static void requireWritable(Path file) {
    OutputFile.requireWritable(file);
  }

  /**
   * Saves what {@code layer} is made of ({@link Layer#variables}: parameters, running statistics) to {@code file},
   * which a reader sees as it was or whole, never a part.
   *
   * @throws InvalidInputException when the file cannot be written; the old one, if any, is then as it was
   */
  public static void save(Layer layer, Path file) {
    try (Arena arena = Arena.ofConfined()) {
      builder().network(layer, arena).build().write(file);
    }
  }

  /**
   * Fills {@code layer} from a file of {@link #save} or of {@code orthant train}, on whatever device it is. Everything
   * is checked before anything is changed.
   *
   * <pre>{@code
   * Layer net = Sequential.of(Linear.of(p, 784, 64), Activate.of(Activations.RELU), Linear.of(p, 64, 10));
   * Checkpoint.load(net, Path.of("run.ckpt"));
   * }</pre>
   *
   * @throws InvalidInputException when the file cannot be read, is damaged, or holds other variables than the layer
   * has, by name, type or shape
   */
  public static void load(Layer layer, Path file) {
    try (Arena arena = Arena.ofConfined()) {
      Checkpoint checkpoint = read(file, arena);
      checkpoint.requireNetwork(layer);
      checkpoint.restore(layer);
    }
  }

  /**
   * Checks that the tensors of a network are those of {@code layer}.
   *
   * @throws InvalidInputException naming the first that are missing, of another type or shape, or too many
   */
  public void requireNetwork(Layer layer) {
    Map<String, TensorSpec> expected = new LinkedHashMap<>();
    layer.variables().forEach(v -> expected.put(NETWORK + v.name(), v.tensor().spec()));
    requireSpecs(NETWORK, expected);
  }

  /** Copies the tensors of a network, which were checked, into those of {@code layer}. */
  public void restore(Layer layer) {
    for (Variable v : layer.variables()) {
      v.tensor().copyFrom(tensor(NETWORK + v.name()).memory());
    }
  }

  /** All names, in the order of the file. */
  public List<String> names() {
    return List.copyOf(entries.keySet());
  }

  /** Whether there is an entry of that name. */
  public boolean has(String name) {
    return entries.containsKey(name);
  }

  /**
   * The whole number of that name.
   *
   * @throws InvalidInputException when there is none, or it is something else
   */
  public long whole(String name) {
    return entry(name, Entry.Whole.class, "a whole number").value();
  }

  /**
   * The real number of that name.
   *
   * @throws InvalidInputException when there is none, or it is something else
   */
  public double real(String name) {
    return entry(name, Entry.Real.class, "a real number").value();
  }

  /**
   * The text of that name.
   *
   * @throws InvalidInputException when there is none, or it is something else
   */
  public String text(String name) {
    return entry(name, Entry.Text.class, "text").value();
  }

  /**
   * The tensor of that name, no copy.
   *
   * @throws InvalidInputException when there is none, or it is something else
   */
  public HostTensor tensor(String name) {
    return entry(name, Entry.Values.class, "a tensor").value();
  }

  /** The tensors whose names begin with {@code prefix} (all of them for ""), in the order of the file. */
  public SequencedMap<String, HostTensor> tensors(String prefix) {
    var found = new LinkedHashMap<String, HostTensor>();
    entries.forEach((name, entry) -> {
      if (name.startsWith(prefix) && entry instanceof Entry.Values v) {
        found.put(name, v.value());
      }
    });
    return found;
  }

  private <E extends Entry> E entry(String name, Class<E> type, String expected) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new InvalidInputException(source + ": has no entry '" + name + "'; it has " + some(names()));
    }
    if (!type.isInstance(entry)) {
      throw new InvalidInputException(
          source + ": entry '" + name + "' is " + entry.what() + ", expected " + expected);
    }
    return type.cast(entry);
  }

  /**
   * Checks that no tensor holds a NaN or an infinity. The named numbers may.
   *
   * @throws InvalidInputException naming the first entry that does, and where
   */
  public Checkpoint requireFinite() {
    tensors("").forEach((name, tensor) -> {
      long n = tensor.dtype().isFloating() ? tensor.shape().elements() : 0;
      for (long i = 0; i < n; i++) {
        double value = tensor.get(i);
        if (!Double.isFinite(value)) {
          throw new InvalidInputException(source + ": entry '" + name + "' " + tensor.spec() + " holds " + value
              + " at element " + i + ", expected finite numbers");
        }
      }
    });
    return this;
  }

  /**
   * Checks that the tensors whose names begin with {@code prefix} are exactly the expected ones.
   *
   * @throws InvalidInputException naming the first that are missing, of another type or shape, or too many
   */
  public Checkpoint requireSpecs(String prefix, Map<String, TensorSpec> expected) {
    SequencedMap<String, HostTensor> found = tensors(prefix);
    var wrong = new ArrayList<String>();
    for (String name : new TreeSet<>(expected.keySet())) {
      HostTensor tensor = found.remove(name);
      TensorSpec spec = expected.get(name);
      if (tensor == null) {
        wrong.add("'" + name + "' " + spec + " is missing");
      } else if (!tensor.spec().equals(spec)) {
        wrong.add("'" + name + "' is " + tensor.spec() + ", expected " + spec);
      }
    }
    found.forEach((name, tensor) -> wrong.add("'" + name + "' " + tensor.spec() + " is not expected"));
    if (!wrong.isEmpty()) {
      throw new InvalidInputException(source + ": belongs to another network: " + some(wrong));
    }
    return this;
  }

  private static String some(List<String> all) {
    String more = all.size() > LISTED ? " and " + (all.size() - LISTED) + " more" : "";
    return all.isEmpty() ? "none" : String.join("; ", all.subList(0, Math.min(LISTED, all.size()))) + more;
  }

  /** Collects entries; the names and texts that no file can hold are refused at once. */
  public static final class Builder {
    private final SequencedMap<String, Entry> entries = new LinkedHashMap<>();

    private Builder() {}

    /** Adds a whole number; names are taken once. */
    public Builder whole(String name, long value) {
      return put(name, new Entry.Whole(value));
    }

    /** Adds a real number; names are taken once. */
    public Builder real(String name, double value) {
      return put(name, new Entry.Real(value));
    }

    /** Adds a text; names are taken once. */
    public Builder text(String name, String value) {
      CheckpointFormat.requireText(name, value);
      return put(name, new Entry.Text(value));
    }

    /** Keeps {@code value} itself, no copy. */
    public Builder tensor(String name, HostTensor value) {
      CheckpointFormat.requireRank(name, value.shape().rank());
      return put(name, new Entry.Values(value));
    }

    /** Copies of all that {@code layer} is made of, in memory of the arena, each under "network/" and its name. */
    public Builder network(Layer layer, Arena arena) {
      layer.variables().forEach(v -> tensor(NETWORK + v.name(), HostTensor.of(v.tensor(), arena)));
      return this;
    }

    private Builder put(String name, Entry entry) {
      CheckpointFormat.requireName(name);
      if (entries.putIfAbsent(name, entry) != null) {
        throw new InvalidInputException("a checkpoint cannot have two entries named '" + name + "'");
      }
      return this;
    }

    /** What was added so far. */
    public Checkpoint build() {
      return new Checkpoint("checkpoint", entries);
    }
  }
}
