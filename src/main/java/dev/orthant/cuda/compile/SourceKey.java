package dev.orthant.cuda.compile;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Names for kernels by what they are made of. */
public final class SourceKey {
  private SourceKey() {}

  /**
   * The SHA-256 of a kernel's whole text in UTF-8, in lower-case hexadecimal: how the index of compiled kernels names
   * it.
   */
  public static String of(String source) {
    return HexFormat.of().formatHex(sha256().digest(source.getBytes(StandardCharsets.UTF_8)));
  }

  /** The SHA-256 of several texts: no two lists have the same, wherever one text ends and the next begins. */
  public static String of(List<String> parts) {
    MessageDigest digest = sha256();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
