package dev.orthant.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orthant.core.Setting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A fallback is logged once, when it is first used, and not when devices are only listed. */
class FirstUseTest {
  /** Lists devices, or uses the CPU device twice. */
  static final class Host {
    private Host() {}

    public static void main(String[] args) {
      Device cpu = Devices.named("cpu");
      for (int i = 0; args.length > 0 && i < 2; i++) {
        cpu.allocate(8).close();
      }
      System.out.println(cpu + " is there");
    }
  }

  @Test
  void everyNoteIsToldOnce() {
    var told = new ArrayList<String>();
    FirstUse use = new FirstUse("cpu", List.of("slow", "and small"), told::add);
    assertThat(told).isEmpty();
    use.tell();
    use.tell();
    assertThat(told).containsExactly("cpu: slow", "cpu: and small");
  }

  @Test
  void theCpuDeviceSaysThatItIsScalar() throws IOException, InterruptedException {
    String off = Setting.CPU_VECTOR.flag() + "=off";
    Fork.Result used = Fork.java(Host.class, "use").option("-Dorthant.kinds=cpu").option(off).run();
    assertThat(used.output()).containsOnlyOnce("cpu: scalar code").contains("cpu is there");
    Fork.Result listed = Fork.java(Host.class).option("-Dorthant.kinds=cpu").option(off).run();
    assertThat(listed.output()).doesNotContain("scalar code").contains("cpu is there");
  }
}
