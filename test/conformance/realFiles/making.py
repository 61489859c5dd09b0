"""What the makers of real files share: where a file goes, and that one that can't be made stops no other."""

import gc
import sys
import traceback
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")


class Maker:
    """Makes FOLDER/GROUP/NAME.onnx, once; `python MAKER FOLDER [NAME]...`."""

    def __init__(self, group):
        self.folder = Path(sys.argv[1]) / group
        self.folder.mkdir(parents=True, exist_ok=True)
        self.wanted = sys.argv[2:]

    def path(self, name):
        return self.folder / f"{name}.onnx"

    def make(self, name, build, *arguments, **settings):
        """Calls build(path, …), which writes the file."""
        path = self.path(name)
        if path.exists() or (self.wanted and name not in self.wanted):
            return
        try:
            build(path, *arguments, **settings)
            print(self.folder.name, name, path.stat().st_size, "bytes", flush=True)
        except Exception as error:
            path.unlink(missing_ok=True)
            reason = str(error).strip().splitlines()[:1]
            print(self.folder.name, name, "NOT MADE", type(error).__name__, *reason, file=sys.stderr, flush=True)
            if self.wanted:
                traceback.print_exc()
        gc.collect()
