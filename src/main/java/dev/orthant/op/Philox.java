package dev.orthant.op;

import dev.orthant.core.DType;

/**
 * The counter-based random generator Philox4x32-10 (J. K. Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3,
 * SC11): word {@code i % 4} of block {@code i / 4} under a key of 64 bits is the i-th number, so that any element can
 * be had without those before.
 *
 * <p>The counter of block b is (b mod 2³², b / 2³², 0, 0). A number of 53 bits has 27 from its word there and 26 from
 * the word in the same place under the counter (b mod 2³², b / 2³², 1, 0): cut to 24 bits it is the number of 24 bits,
 * and both take one place in the sequence.
 *
 * @param seed the key
 * @param offset how many words of the sequence come before the first
 */
public record Philox(long seed, long offset) {
  private static final int ROUNDS = 10;
  private static final int M0 = 0xD2511F53;
  private static final int M1 = 0xCD9E8D57;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;
  /** Words are numbered with 64 bits, and go round. */
  private static final long LAST_BLOCK = -1L >>> 2;

  /** The four words of block {@code block} under {@code seed}. */
  public static void block(long seed, long block, int[] words) {
    block(seed, block, 0, words);
  }

  private static void block(long seed, long block, int third, int[] words) {
    permute((int) block, (int) (block >>> 32), third, 0, seed, words);
  }

  /** The four words for a counter of four words. */
  public static void permute(int w0, int w1, int w2, int w3, long key, int[] words) {
    int c0 = w0;
    int c1 = w1;
    int c2 = w2;
    int c3 = w3;
    int k0 = (int) key;
    int k1 = (int) (key >>> 32);
    for (int r = 0; r < ROUNDS; r++) {
      long p0 = Integer.toUnsignedLong(M0) * Integer.toUnsignedLong(c0);
      long p1 = Integer.toUnsignedLong(M1) * Integer.toUnsignedLong(c2);
      int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c1 = (int) p1;
      c3 = (int) p0;
      c0 = n0;
      c2 = n2;
      k0 += W0;
      k1 += W1;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
  }

  /**
   * The upper 24 bits of words {@code first} … {@code first + count − 1} of this sequence, into the beginning of
   * {@code to}.
   */
  public void bits(long first, int[] to, int count) {
    int[] words = new int[4];
    long at = offset + first;
    int word = (int) (at & 3);
    long block = at >>> 2;
    for (int i = 0; i < count; block++, word = 0) {
      block(seed, block & LAST_BLOCK, words);
      for (; word < 4 && i < count; word++, i++) {
        to[i] = words[word] >>> 8;
      }
    }
  }

  /**
   * Numbers {@code first} … {@code first + count − 1} of this sequence with 53 bits each, into the beginning of
   * {@code to}.
   */
  public void bits(long first, long[] to, int count) {
    int[] words = new int[4];
    int[] lower = new int[4];
    long at = offset + first;
    int word = (int) (at & 3);
    long block = at >>> 2;
    for (int i = 0; i < count; block++, word = 0) {
      block(seed, block & LAST_BLOCK, 0, words);
      block(seed, block & LAST_BLOCK, 1, lower);
      for (; word < 4 && i < count; word++, i++) {
        to[i] = (long) (words[word] >>> 5) << 26 | lower[word] >>> 6;
      }
    }
  }

  /** Word {@code i} of this sequence. */
  public int word(long i) {
    int[] words = new int[4];
    long at = offset + i;
    block(seed, at >>> 2, words);
    return words[(int) (at & 3)];
  }

  /**
   * Number {@code i} of this sequence in [0, 1), for work in {@code compute}: 53 bits where that is F64, else the upper
   * 24 bits of its word, exact in F32.
   */
  public double uniform(long i, DType compute) {
    if (compute != DType.F64) {
      return (word(i) >>> 8) * 0x1p-24;
    }
    long[] one = new long[1];
    bits(i, one, 1);
    return one[0] * 0x1p-53;
  }
}
