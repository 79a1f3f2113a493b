"""Writes the .npy files beside this script with NumPy itself. Run it again only to add one: python3 make_fixtures.py"""
import pathlib
import numpy as np
from numpy.lib import format as npy

here = pathlib.Path(__file__).parent
ramp = np.arange(6).reshape(2, 3)

for dtype in ("<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "|i1", "|u1", "<i4", ">i4", "<i8", ">i8"):
    name = dtype.replace("<", "le_").replace(">", "be_").replace("|", "")
    np.save(here / f"{name}.npy", (ramp * 1.5 - 2 if "f" in dtype else ramp + 1).astype(dtype))
np.save(here / "b1.npy", ramp % 2 == 0)
np.save(here / "fortran.npy", np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4)))
np.save(here / "fortran_be.npy", np.asfortranarray(np.arange(6, dtype=">f8").reshape(3, 2)))
np.save(here / "scalar.npy", np.float32(42))
np.save(here / "empty.npy", np.zeros((3, 0, 2), "f4"))
np.save(here / "vector.npy", np.array([np.nan, np.inf, -np.inf, -0.0, 1e-40], "f4"))
for version in ((1, 0), (2, 0), (3, 0)):
    with open(here / f"v{version[0]}.npy", "wb") as f:
        npy.write_array(f, ramp.astype("<f4"), version=version)

np.save(here / "bad_complex.npy", np.ones(2, "c8"))
np.save(here / "bad_text.npy", np.array(["a", "bc"]))
np.save(here / "bad_bytes.npy", np.array([b"a", b"bc"]))
np.save(here / "bad_structured.npy", np.zeros(2, [("a", "f4"), ("b", "i4")]))
np.save(here / "bad_object.npy", np.array([1, "x"], dtype=object), allow_pickle=True)
np.save(here / "bad_date.npy", np.array(["2026-01-01"], "M8[D]"))
np.save(here / "bad_u2.npy", np.ones(2, "u2"))
