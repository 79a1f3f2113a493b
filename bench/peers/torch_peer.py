#!/usr/bin/env python3
"""PyTorch on the rows of a suite: the peer of `orthant bench` on an NVIDIA GPU.

Each row in several forms: eager (as people write it), compile (torch.compile), and what the vendor's libraries fuse themselves: addmm_act
(torch._addmm_activation, cuBLASLt's own epilogue), cudnn_fused (torch.cudnn_convolution_relu). TF32 is allowed in rows that ask for it; rows in our
split mode 3xtf32, which PyTorch has not, are computed in true F32.
Inputs are random normal numbers, rotated over enough copies to be larger than the L2; times are medians of CUDA-event timings.

Usage: torch_peer.py SUITE.json OUT.json [--seconds-per-row S] [--seconds S] [--compile-seconds S] [--commit C] [--note TEXT]
       torch_peer.py SUITE.json --list          the rows, without PyTorch
"""
import argparse
import json
import signal
import statistics
import sys
import time

import suites

SAMPLE = 0.01
TIMING = ("median of samples between two CUDA events, after warm-up; a sample is as many runs as make 10 ms, divided by the runs;"
          " inputs and outputs in turn from several sets")


class OutOfTime(BaseException):
    """Not an Exception: compilers that catch those and go on would swallow it."""


class Limit:
    """Raises OutOfTime in the block after some seconds."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __enter__(self):
        signal.signal(signal.SIGALRM, self.ring)
        signal.setitimer(signal.ITIMER_REAL, max(0.001, self.seconds))

    @staticmethod
    def ring(_signal, _frame):
        raise OutOfTime()

    def __exit__(self, *_failure):
        signal.setitimer(signal.ITIMER_REAL, 0)


def activation(torch, name):
    f = torch.nn.functional
    known = {"relu": torch.relu, "gelu": f.gelu, "gelu_tanh": lambda x: f.gelu(x, approximate="tanh"), "silu": f.silu,
             "sigmoid": torch.sigmoid, "tanh": torch.tanh, "mish": f.mish, "identity": torch.clone, None: lambda x: x}
    return known.get(name)


def tensors(torch, row, dtype, generator):
    """One set of inputs."""
    def normal(*shape):
        return torch.empty(shape, dtype=dtype, device="cuda").normal_(generator=generator)

    if row["kind"] == "matmul":
        b = normal(row["n"], row["k"]).t() if row["transpose_b"] else normal(row["k"], row["n"])
        return [normal(row["m"], row["k"]), b, normal(row["n"])]
    if row["kind"] == "conv2d":
        # Channels last in memory, as the suite says; PyTorch names the axes in its own order all the same.
        return [normal(*row["x"]).permute(0, 3, 1, 2), normal(*row["w"]).permute(0, 3, 1, 2), normal(row["w"][0])]
    return [normal(*row["x"])] + ([normal(row["x"][-1])] if row["bias"] else [])


def forms(torch, row):
    """Name → function of a set of inputs."""
    act = activation(torch, row["activation"])
    if act is None:
        return {}
    if row["kind"] == "matmul":
        made = {"eager": lambda x, b, bias: act(torch.addmm(bias, x, b)), "product_only": lambda x, b, bias: torch.mm(x, b)}
        if row["activation"] in ("relu", "gelu", "gelu_tanh") and hasattr(torch, "_addmm_activation"):
            gelu = row["activation"] != "relu"
            made["addmm_act"] = lambda x, b, bias: torch._addmm_activation(bias, x, b, use_gelu=gelu)
    elif row["kind"] == "conv2d":
        stride, padding = [row["stride"]] * 2, [row["padding"]] * 2
        made = {"eager": lambda x, w, bias: act(torch.conv2d(x, w, bias, stride, padding))}
        if row["activation"] == "relu":
            made["cudnn_fused"] = lambda x, w, bias: torch.cudnn_convolution_relu(x, w, bias, stride, padding, [1, 1], 1)
    elif row["bias"]:
        made = {"eager": lambda x, bias: act(x + bias)}
    else:
        made = {"eager": act}
    if row["activation"] != "identity":
        made["compile"] = torch.compile(made["eager"], dynamic=False)
    return made


def error(torch, row, inputs, got):
    """The largest error of a corner of the output against float64, relative to the largest value there. GELU's tanh form is within 1e-3."""
    act = activation(torch, row["activation"])
    if row["kind"] == "matmul":
        x, b, bias = inputs
        truth = act(torch.addmm(bias[:64].double(), x[:16].double(), b[:, :64].double()))
        got = got[:16, :64]
    elif row["kind"] == "conv2d":
        x, w, bias = inputs
        truth = act(torch.conv2d(x[:1].double(), w.double(), bias.double(), row["stride"], row["padding"]))
        got = got[:1]
    else:
        part = [inputs[0].reshape(-1, inputs[0].shape[-1])[:16].double()] + [i.double() for i in inputs[1:]]
        truth = act(part[0] + part[1] if row["bias"] else part[0])
        got = got.reshape(-1, got.shape[-1])[:16]
    return ((got.double() - truth).abs().max() / truth.abs().max()).item()


def measure(torch, form, sets, seconds):
    """Seconds of a run, sample by sample."""
    outputs = [None] * len(sets)  # kept, so that they too are written in turn
    turn = 0

    def run(times):
        nonlocal turn
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        for _ in range(times):
            turn = (turn + 1) % len(sets)
            outputs[turn] = form(*sets[turn])
        end.record()
        end.synchronize()
        return start.elapsed_time(end) * 1e-3 / times

    inner, begun = 1, time.monotonic()
    while True:  # warm-up: clocks, cuDNN's and cuBLAS's choices, the allocator
        inner = min(1000, max(1, round(SAMPLE / max(run(inner), 1e-7))))
        if time.monotonic() - begun >= seconds / 3:
            break
    samples, begun = [], time.monotonic()
    while len(samples) < 5 or (time.monotonic() - begun < seconds and len(samples) < 200):
        samples.append(run(inner))
    return samples, inner


def attempt(torch, row, name, form, sets, args):
    """One form of one row, as it stands in the JSON."""
    out = {k: row[k] for k in ("name", "op", "shape", "dtype")} | {"form": name, "status": "FAILED", "sets": len(sets)}
    try:
        with torch.inference_mode(), Limit(args.compile_seconds):
            begun = time.monotonic()
            first = form(*sets[0])
            torch.cuda.synchronize()
            out["firstRunSeconds"] = time.monotonic() - begun
        with torch.inference_mode():
            if name != "product_only":
                out["error"] = error(torch, row, sets[0], first)
            del first
            samples, inner = measure(torch, form, sets, args.seconds_per_row)
    except OutOfTime:
        return out | {"status": "SKIPPED", "reason": f"not compiled within {args.compile_seconds} s"}
    except Exception as e:  # a form that this PyTorch lacks must not end the others
        torch.cuda.empty_cache()
        return out | {"reason": f"{type(e).__name__}: {e}".splitlines()[0][:300]}
    median = statistics.median(samples)
    ordered = sorted(samples)
    return out | {"status": "OK", "median": median, "min": ordered[0], "p90": ordered[int(0.9 * (len(ordered) - 1))],
                  "gflops": row["flops"] / median * 1e-9, "gbs": row["bytes"] / median * 1e-9, "runsPerSample": inner,
                  "seconds": samples}


def run_rows(torch, rows, rotate, args):
    begun, results = time.monotonic(), []
    generator = torch.Generator(device="cuda").manual_seed(1)
    for row in rows:
        dtype = {"f16": torch.float16, "bf16": torch.bfloat16, "f32": torch.float32, "f64": torch.float64}[row["dtype"]]
        copies = max(1, min(256, -(-rotate // row["bytes"])))
        # All rows' forms have the same few lambdas as code: the compiler would give up after the eighth shape of one.
        torch._dynamo.reset()
        sets = [tensors(torch, row, dtype, generator) for _ in range(copies)]
        torch.backends.cuda.matmul.allow_tf32 = row["math"] == "tf32"
        torch.backends.cudnn.allow_tf32 = row["math"] == "tf32"
        for name, form in forms(torch, row).items():
            if time.monotonic() - begun > args.seconds:
                results.append({k: row[k] for k in ("name", "op", "shape", "dtype")}
                               | {"form": name, "status": "SKIPPED", "reason": "the time was up"})
                continue
            results.append(attempt(torch, row, name, form, sets, args))
            last = results[-1]
            print(f"{row['name']:32} {row['dtype']:5} {name:14} " + (f"{last['median'] * 1e3:9.4f} ms" if last["status"] == "OK"
                  else f"{last['status']}: {last['reason']}"), flush=True)
        del sets
        torch.cuda.empty_cache()
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite")
    parser.add_argument("out", nargs="?")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--seconds-per-row", type=float, default=1.0, help="of measuring, for each form")
    parser.add_argument("--seconds", type=float, default=1e9, help="no form is begun after that")
    parser.add_argument("--compile-seconds", type=float, default=30.0, help="for a form's first run")
    parser.add_argument("--commit", default="unknown", help="of Orthant, for the JSON")
    parser.add_argument("--note", default="", help="for the JSON: clocks, power")
    args = parser.parse_args()
    rows, rotate = suites.read(args.suite)
    if args.list:
        print(json.dumps({"rotate": rotate, "rows": rows}, indent=1))
        return 0
    if args.out is None:
        parser.error("OUT.json is missing")
    try:
        import torch  # late: the rows can be listed without it
    except ImportError as e:
        print(f"torch_peer: there is no PyTorch: {e}", file=sys.stderr)
        return 1
    if not torch.cuda.is_available():
        print("torch_peer: this PyTorch sees no CUDA device", file=sys.stderr)
        return 1
    torch.backends.cudnn.benchmark = True
    results = run_rows(torch, rows, rotate, args)
    properties = torch.cuda.get_device_properties(0)
    with open(args.out, "w", encoding="utf-8") as file:
        json.dump({"format": 1, "peer": "PyTorch " + torch.__version__, "suite": args.suite, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                   "device": properties.name, "units": properties.multi_processor_count, "cuda": torch.version.cuda,
                   "cudnn": torch.backends.cudnn.version(), "commit": args.commit, "note": args.note, "timing": TIMING,
                   "rotatedBytes": rotate, "rows": results}, file, indent=1)
        file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
