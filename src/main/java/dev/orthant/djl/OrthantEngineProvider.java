package dev.orthant.djl;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineProvider;

/** Tells DJL of the engine. Registered in {@code META-INF/services}. */
public final class OrthantEngineProvider implements EngineProvider {
  /** Made when first asked for: looking for devices takes a moment. */
  private static final class Holder {
    static final OrthantEngine ENGINE = new OrthantEngine();
  }

  @Override
  public String getEngineName() {
    return OrthantEngine.NAME;
  }

  @Override
  public int getEngineRank() {
    return OrthantEngine.RANK;
  }

  @Override
  public Engine getEngine() {
    return Holder.ENGINE;
  }
}
