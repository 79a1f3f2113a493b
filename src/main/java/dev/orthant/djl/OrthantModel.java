package dev.orthant.djl;

import ai.djl.BaseModel;
import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.training.Trainer;
import ai.djl.training.TrainingConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A model of DJL's blocks: saved and loaded in DJL's own format ({@code name-0000.params}). */
public final class OrthantModel extends BaseModel {
  OrthantModel(String name, @Nullable Device device) {
    super(name);
    manager = OrthantNDManager.system().newSubManager(device);
    manager.setName("orthantModel");
    dataType = DataType.FLOAT32;
  }

  @Override
  public void load(Path modelPath, @Nullable String prefix, @Nullable Map<String, ?> options)
      throws IOException, MalformedModelException {
    setModelDir(modelPath);
    wasLoaded = true;
    requireBlock();
    told(() -> {
      loadBlock(prefix == null ? modelName : prefix, options);
      return true;
    });
  }

  @Override
  public void load(InputStream stream, @Nullable Map<String, ?> options) throws IOException, MalformedModelException {
    wasLoaded = true;
    requireBlock();
    if (!told(() -> readParameters(stream, options))) {
      throw new MalformedModelException("not a file of DJL parameters: it does not begin with DJL@");
    }
  }

  /** Reads parameters. */
  private interface Reading {
    boolean read() throws IOException, MalformedModelException;
  }

  /**
   * DJL's reader takes sizes and names from the file as they are: what comes of damaged ones is told as damage. A
   * device's failure is not.
   */
  private boolean told(Reading reading) throws IOException, MalformedModelException {
    try {
      return reading.read();
    } catch (EngineException e) {
      throw e;
    } catch (RuntimeException | OutOfMemoryError e) {
      throw new MalformedModelException(
          "the parameters of " + modelName + " are damaged, or those of another network: " + e, e);
    }
  }

  private void requireBlock() {
    if (block == null) {
      throw new UnsupportedOperationException(
          "Orthant loads the parameters of blocks built in Java: call model.setBlock(…) before load");
    }
  }

  @Override
  public Trainer newTrainer(TrainingConfig config) {
    if (block == null) {
      throw new IllegalStateException("the model has no block: call model.setBlock(…) before newTrainer");
    }
    if (wasLoaded) {
      block.freezeParameters(false, OrthantModel::isLearned);
    }
    config.getInitializers().forEach(pair -> {
      if (pair.getKey() != null && pair.getValue() != null) {
        block.setInitializer(pair.getKey(), pair.getValue());
      }
    });
    return new Trainer(this, config);
  }

  private static boolean isLearned(Parameter p) {
    return p.getType() != Parameter.Type.RUNNING_MEAN && p.getType() != Parameter.Type.RUNNING_VAR;
  }

  @Override
  public String[] getArtifactNames() {
    try (Stream<Path> files = Files.walk(modelDir)) {
      return files.filter(Files::isRegularFile).filter(f -> !f.toString().endsWith(".params"))
          .map(f -> modelDir.relativize(f).toString()).toArray(String[]::new);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("cannot list " + modelDir, e);
    }
  }
}
