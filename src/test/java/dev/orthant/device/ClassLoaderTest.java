package dev.orthant.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.DType;
import dev.orthant.core.Shape;
import dev.orthant.tensor.RandomStream;
import dev.orthant.tensor.Scope;
import dev.orthant.tensor.Tape;
import dev.orthant.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A host that loads the library by a class loader of its own, uses it, and drops it, gets its memory back. */
class ClassLoaderTest {
  private static final int PATIENCE_MINUTES = 5;

  @Test
  void aDroppedClassLoaderGoes() throws IOException, InterruptedException {
    // In a process of its own, where nothing else has looked for devices. The JDK keeps some method types softly, which
    // are let go when memory is short, or at once.
    Fork.Result host = Fork.java(Host.class, System.getProperty("java.class.path")).option("-Dorthant.kinds=cpu")
        .option("-Dorthant.cpu.threads=3").option("-Xmx512m").option("-XX:SoftRefLRUPolicyMSPerMB=0")
        .option("--add-modules=jdk.incubator.vector").run();
    assertThat(host.output()).contains("the class loader is gone");
    assertThat(host.exit()).isZero();
  }

  /** The host: knows of the library only by name. */
  static final class Host {
    private Host() {}

    public static void main(String[] args) throws IOException, InterruptedException, ReflectiveOperationException {
      var loader = use(args[0]);
      long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES - 1);
      while (loader.get() != null && System.nanoTime() < end) {
        System.gc();
        Thread.sleep(200);
      }
      System.out.println(loader.get() == null ? "the class loader is gone" : "the class loader is still there");
      System.exit(loader.get() == null ? 0 : 1);
    }

    private static WeakReference<ClassLoader> use(String classPath)
        throws IOException, ReflectiveOperationException {
      URL[] urls = Arrays.stream(classPath.split(File.pathSeparator)).map(Host::url).toArray(URL[]::new);
      var loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
      Runnable work = Class.forName(ClassLoaderTest.class.getName() + "$Work", true, loader)
          .asSubclass(Runnable.class).getDeclaredConstructor().newInstance();
      work.run();
      loader.close();
      return new WeakReference<>(loader);
    }

    private static URL url(String path) {
      try {
        return new File(path).toURI().toURL();
      } catch (MalformedURLException e) {
        throw new IllegalArgumentException(path, e);
      }
    }
  }

  /**
   * What a plug-in does: products, activations, reductions, random numbers and gradients, on several threads; one
   * tensor is never closed.
   */
  public static final class Work implements Runnable {
    @Override
    public void run() {
      try {
        step(1);
        Thread[] threads = new Thread[3];
        for (int i = 0; i < threads.length; i++) {
          int seed = i;
          threads[i] = new Thread(() -> step(seed));
          threads[i].start();
        }
        for (Thread t : threads) {
          t.join();
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      Tensor.full(Devices.best(), DType.F32, Shape.of(3), 1).evaluate();
      Devices.closeAll();
    }

    private static void step(int seed) {
      Device device = Devices.best();
      try (Scope _ = Scope.open()) {
        RandomStream random = new RandomStream(seed);
        Tensor x = random.normal(device, DType.F32, Shape.of(64, 300), 0, 1).requireGradient();
        Tensor w = random.normal(device, DType.F32, Shape.of(300, 128), 0, 1).requireGradient();
        try (Tape tape = Tape.open()) {
          tape.backward(x.matMul(w).gelu().softmax(1).mean());
        }
        x.gradient().toFloatArray();
      }
    }
  }
}
