package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.SymbolBlock;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterServer;
import ai.djl.training.optimizer.Optimizer;
import dev.orthant.device.Devices;
import dev.orthant.djl.types.DeviceNames;
import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * DJL's engine of Orthant: {@code Engine.getEngine("Orthant")}, {@code Model.newInstance(name, "Orthant")}.
 *
 * <p>Devices: {@code Device.cpu()}; {@code Device.gpu(i)}, the GPUs of the machine, those with CUDA first; and any
 * device of {@code orthant devices} by its kind and number, such as {@code Device.of("opencl", 0)}. The default is
 * {@code gpu(0)}, or the CPU where there is none, or what {@code -Dorthant.device} names.
 */
public final class OrthantEngine extends Engine {
  /** The engine's name. */
  public static final String NAME = "Orthant";

  /**
   * Behind the engines that bring their own library: who has one of those on the class path, and names none, gets it.
   */
  static final int RANK = 5;

  private volatile RandomStream random = new RandomStream(System.nanoTime());
  private volatile @Nullable BiConsumer<String, Tensor> observer;

  OrthantEngine() {}

  @Override
  public @Nullable Engine getAlternativeEngine() {
    return null;
  }

  @Override
  public String getEngineName() {
    return NAME;
  }

  @Override
  public int getRank() {
    return RANK;
  }

  @Override
  public String getVersion() {
    return Optional.ofNullable(OrthantEngine.class.getPackage().getImplementationVersion()).orElse("development");
  }

  /** Whether there is a device of a kind: {@code CUDA}, {@code OPENCL}. */
  @Override
  public boolean hasCapability(String capability) {
    return Devices.all().stream().anyMatch(d -> Devices.kind(d).equalsIgnoreCase(capability));
  }

  @Override
  public Device defaultDevice() {
    return DeviceNames.best();
  }

  @Override
  public int getGpuCount() {
    return DeviceNames.gpus().size();
  }

  /** Not supported: Orthant trains and runs DJL's own blocks, and reads no other framework's graphs. */
  @Override
  public SymbolBlock newSymbolBlock(NDManager manager) {
    throw new UnsupportedOperationException(
        "Orthant runs blocks built in Java; a SymbolBlock of another framework's graph needs that framework's engine");
  }

  @Override
  public Model newModel(String name, @Nullable Device device) {
    return new OrthantModel(name, device);
  }

  @Override
  public NDManager newBaseManager() {
    return OrthantNDManager.system().newSubManager();
  }

  @Override
  public NDManager newBaseManager(@Nullable Device device) {
    return OrthantNDManager.system().newSubManager(device);
  }

  @Override
  public GradientCollector newGradientCollector() {
    return new OrthantGradientCollector();
  }

  @Override
  public ParameterServer newParameterServer(Optimizer optimizer) {
    return new OrthantParameterServer(optimizer);
  }

  /** Starts the random numbers anew: the same seed gives the same numbers on every device. */
  @Override
  public void setRandomSeed(int seed) {
    super.setRandomSeed(seed);
    random = new RandomStream(seed);
  }

  /** Where random numbers come from. */
  RandomStream random() {
    return random;
  }

  /** Shows the result of each activation, while gradients are collected, to {@code next}; null for nobody. */
  void observe(@Nullable BiConsumer<String, Tensor> next) {
    observer = next;
  }

  /** An activation was computed: called by each of them. */
  void activated(String name, OrthantNDArray y) {
    BiConsumer<String, Tensor> watching = observer;
    if (watching != null && Tape.isOpen() && y.getShape().dimension() >= 2) {
      // The next layer needs it anyway: so it is computed once.
      watching.accept(name, y.tensor().evaluate());
    }
  }

  static OrthantEngine instance() {
    return (OrthantEngine) Engine.getEngine(NAME);
  }
}
