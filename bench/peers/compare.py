#!/usr/bin/env python3
"""Our times beside a peer's, as a Markdown table: compare.py OURS.json [OURS.json …] PEER.json

A ratio is the peer's time divided by ours: above 1 we are faster. Of several files of ours the mean of a row's medians counts, and `drift`
says how far apart they are. Rows meet by name and type.
"""
import json
import sys


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def ours(files):
    """(name, dtype) → the medians of our fused form, and the row."""
    rows = {}
    for data in files:
        for row in data["rows"]:
            if row["status"] == "OK":
                key = (row["name"], row["dtype"])
                rows.setdefault(key, ([], row))[0].append(row["fused"]["median"])
    return rows


def peers(data):
    """(name, dtype) → form → median."""
    rows = {}
    for row in data["rows"]:
        forms = rows.setdefault((row["name"], row["dtype"]), {})
        forms[row["form"]] = row.get("median")
    return rows


def table(mine, theirs):
    forms = list(dict.fromkeys(f for row in theirs.values() for f in row))
    lines = [["row", "dtype", "ours", "rate", "drift", "error/bound"] + forms]
    for key, (medians, row) in mine.items():
        mean = sum(medians) / len(medians)
        scale = row["fused"]["median"] / mean
        rate = f"{row['gflops'] * scale / 1000:.1f} TFLOP/s" if row["gflops"] else f"{row['gbs'] * scale:.0f} GB/s"
        drift = f"{100 * (max(medians) - min(medians)) / mean:.1f}%" if len(medians) > 1 else "-"
        cells = [key[0], key[1], f"{mean * 1e3:.4f} ms", rate, drift, f"{float(row['errorOfBound']):.2g}"]
        for form in forms:
            median = theirs.get(key, {}).get(form)
            cells.append("-" if median is None else f"{median / mean:.2f}x")
        lines.append(cells)
    return lines


def markdown(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    out = ["| " + " | ".join(c.ljust(w) for c, w in zip(line, widths)) + " |" for line in lines]
    out.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(out)


def main(paths):
    if len(paths) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    files = [load(p) for p in paths]
    mine = [f for f in files if "peer" not in f]
    theirs = [f for f in files if "peer" in f]
    if not mine or len(theirs) != 1:
        print("compare: give files of `orthant bench --json`, and one of torch_peer.py", file=sys.stderr)
        return 2
    print(f"## Orthant (commit {mine[0].get('commit')}) beside {theirs[0]['peer']} on {theirs[0]['device']}\n")
    if any(d.get("emulated") for f in mine for d in f.get("devices", [])):
        print("EMULATED: these are no figures of a GPU.\n")
    print(markdown(table(ours(mine), peers(theirs[0]))))
    print("\nRatios: the peer's time divided by ours; above 1 we are faster.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
