package dev.orthant.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import org.jspecify.annotations.Nullable;

/**
 * Makes arrays on one device, and frees those attached to it when it is closed, at once. Random numbers and number
 * sequences are in {@link ManagerCreation} and {@link ManagerRandom}.
 */
public class OrthantNDManager extends ManagerRandom {
  /** Made when first asked for, since its making asks the engine. */
  private static final class Root {
    static final SystemManager MANAGER = new SystemManager();
  }

  /** Never closed: what is detached belongs to it. */
  private static final class SystemManager extends OrthantNDManager implements SystemNDManager {
    SystemManager() {
      super(null, null);
    }
  }

  private OrthantNDManager(@Nullable NDManager parent, @Nullable Device device) {
    super(parent, device);
  }

  static OrthantNDManager system() {
    return Root.MANAGER;
  }

  @Override
  public OrthantNDManager newSubManager(@Nullable Device device) {
    OrthantNDManager manager = new OrthantNDManager(this, device);
    attachUncappedInternal(manager.uid, manager);
    return manager;
  }

  @Override
  public final Engine getEngine() {
    return Engine.getEngine(OrthantEngine.NAME);
  }
}
