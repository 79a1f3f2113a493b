"""Reads the suites of `orthant bench` for peers: the same rows, shapes and types. Needs no library.

A row is a dict: name, op, dtype, shape (for people), and by kind
  matmul  m n k transpose_b activation math   (one plain product with bias: what libraries can fuse)
  conv2d  x w stride padding activation  (x is n,h,w,c; w is k,r,s,c)
  pointwise  x bias activation
with flops and bytes as Orthant counts them: every input read once, every output written once.
"""
import json

SIZES = {"f16": 2, "bf16": 2, "f32": 4, "f64": 8}


def extent(value, batch):
    """An integer, or a product of integers and N: "N*128"."""
    product = 1
    for factor in str(value).split("*"):
        product *= batch if factor == "N" else int(factor)
    return product


def read(path):
    """All rows that a peer can run, and the suite's rotation in bytes."""
    with open(path, encoding="utf-8") as file:
        suite = json.load(file)
    rows = []
    for row in suite["rows"]:
        varies = any("N" in str(e) for v in row.values() if isinstance(v, list) for e in v)
        for dtype in row.get("dtypes", ["f32"]):
            for batch in suite.get("batches", [1]) if varies else [1]:
                made = make(row, dtype, batch)
                if made is not None:
                    rows.append(made)
    return rows, suite.get("rotate_mb", 0) << 20


def make(row, dtype, batch):
    """One row in one type; None for what peers are not asked: batched products, residuals, groups, other layouts."""
    dims = {key: [extent(e, batch) for e in row[key]] for key in ("a", "b", "x", "w") if key in row}
    common = {"name": row.get("name", ""), "dtype": dtype, "activation": row.get("activation"), "bias": row.get("bias", False),
              "math": row.get("math", "f32")}
    unusual = row.get("alpha", 1) != 1 or row.get("residual", False)
    if row["op"] == "matmul":
        usual = len(dims["a"]) == len(dims["b"]) == 2 and not row.get("transpose_a", False) and common["bias"]
        return matmul(row, dims, common) if usual and not unusual else None
    if row["op"] == "conv2d":
        usual = row.get("layout") == "NHWC" and row.get("groups", 1) == 1 and row.get("dilation", 1) == 1 and common["bias"]
        return conv2d(row, dims, common) if usual and not unusual else None
    return pointwise(row, dims, common)


def title(op, row):
    parts = [op] + (["bias"] if row["bias"] else []) + ([row["activation"]] if row["activation"] else [])
    return "+".join(parts) + (" " + row["math"] if row["math"] != "f32" else "")


def matmul(row, dims, common):
    m, k = dims["a"]
    transpose = row.get("transpose_b", False)
    n = dims["b"][0 if transpose else 1]
    size = SIZES[common["dtype"]]
    return common | {"kind": "matmul", "op": title("matmul", common), "m": m, "n": n, "k": k, "transpose_b": transpose,
                     "shape": f"{m}x{n}x{k}" + (" bT" if transpose else ""), "flops": 2 * m * n * k,
                     "bytes": (m * k + k * n + n + m * n) * size}


def conv2d(row, dims, common):
    n, h, w, c = dims["x"]
    k, r, s, _ = dims["w"]
    stride, padding = row.get("stride", 1), row.get("padding", 0)
    p = (h + 2 * padding - r) // stride + 1
    q = (w + 2 * padding - s) // stride + 1
    size = SIZES[common["dtype"]]
    return common | {"kind": "conv2d", "op": title("conv2d", common), "x": dims["x"], "w": dims["w"], "stride": stride,
                     "padding": padding, "shape": "x".join(map(str, dims["x"])) + f" k{k} {r}x{s}"
                     + (f" s{stride}" if stride != 1 else "") + " NHWC", "flops": 2 * n * p * q * k * r * s * c,
                     "bytes": (n * h * w * c + k * r * s * c + k + n * p * q * k) * size}


def pointwise(row, dims, common):
    if row["op"] == "*":
        return None
    elements = 1
    for d in dims["x"]:
        elements *= d
    made = common | {"kind": "pointwise", "activation": row["op"], "x": dims["x"], "shape": "x".join(map(str, dims["x"])),
                     "flops": 0, "bytes": (2 * elements + (dims["x"][-1] if common["bias"] else 0)) * SIZES[common["dtype"]]}
    made["op"] = ("bias+" if common["bias"] else "") + row["op"]
    return made
