package dev.orthant.op;

/** The order of an image tensor's axes, and with it that of the filters. */
public enum Layout {
  /** Images (n, c, h, w), filters (k, c/groups, r, s). */
  NCHW,
  /** Images (n, h, w, c), filters (k, r, s, c/groups). */
  NHWC;

  /** The axis of the channels among four. */
  public int channelAxis() {
    return this == NCHW ? 1 : 3;
  }

  /** The axis of the rows (h) of an image; the columns follow. */
  public int heightAxis() {
    return this == NCHW ? 2 : 1;
  }
}
