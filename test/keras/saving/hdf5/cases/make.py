"""Makes the HDF5 files of this folder with h5py (3.x): `python make.py`."""

import h5py
import numpy as np

NUMBERS = np.arange(-30, 30).reshape(6, 10)
TYPES = ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8", ">f4", ">i8", "bool"]


def fill(f):
    for name in TYPES:
        f.create_dataset(f"types/{name}", data=NUMBERS.astype(name))
    f.create_dataset("scalar", data=np.float32(7.5))
    f.create_dataset("empty", data=np.zeros((0, 3), "float32"))
    f.create_dataset("chunks/plain", data=NUMBERS.astype("float32"), chunks=(4, 3))
    f.create_dataset("chunks/gzip", data=NUMBERS.astype("float32"), chunks=(4, 3), compression="gzip")
    f.create_dataset("chunks/all", data=NUMBERS.astype(">f8"), chunks=(6, 10), compression="gzip", shuffle=True, fletcher32=True)
    f.create_dataset("texts", data=np.array([b"one", b"three", b""]))
    f.attrs["text"] = "däs"
    f.attrs["texts"] = ["a", "", "ccc"]
    f.attrs["fixed"] = np.array([b"a", b"bcd"])
    f.attrs["numbers"] = np.array([1, 2, 3], "int32")
    f.attrs["none"] = np.zeros((0,), "float64")
    many = f.create_group("many")
    for i in range(40):
        many.create_group(f"layer_{i}").attrs["number"] = i
        many.attrs[f"attribute_{i}"] = i


for libver, name in (("earliest", "old.h5"), (("v108", "v108"), "new.h5")):
    with h5py.File(name, "w", libver=libver) as f:
        fill(f)
with h5py.File("links.h5", "w") as f:
    f["own"] = np.zeros(3, "float32")
    f["soft"] = h5py.SoftLink("/own")
    f["elsewhere"] = h5py.ExternalLink("secret.h5", "/own")
    f.create_dataset("raw", (3,), "float32", external=[("secret.bin", 0, 12)])
    layout = h5py.VirtualLayout((3,), "float32")
    layout[:] = h5py.VirtualSource("secret.h5", "own", (3,))
    f.create_virtual_dataset("virtual", layout)
with h5py.File("bomb.h5", "w") as f:
    f.create_dataset("zeros", data=np.zeros(2**23, "float32"), chunks=(2**23,), compression="gzip")
    f.create_dataset("unwritten", shape=(2**40,), chunks=(2**20,), dtype="float32")
