"""A file system of its own in an image: it can be full, and it can lose what was not on the disk yet."""

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

BALLAST_BYTES = 1 << 20


class Disk:
    """A folder: where the machine allows it a mounted image of ext4, else one that is never full and loses nothing."""

    def __init__(self, image: Path, folder: Path, megabytes: int) -> None:
        self.folder = folder
        self.why_not = ""
        """Why it is no file system of its own."""
        self._image = image
        self._megabytes = megabytes

    def make(self) -> None:
        """Makes it, empty."""
        self.folder.mkdir(parents=True)
        try:
            if os.geteuid() != 0:
                raise PermissionError("only root mounts images")
            with self._image.open("wb") as image:
                image.truncate(self._megabytes << 20)
            _run("mkfs.ext4", "-q", "-F", "-m", "0", str(self._image))
            self._mount()
        except (OSError, subprocess.CalledProcessError) as error:
            self.why_not = f"no image can be mounted here ({error})"

    def fill(self) -> None:
        """Takes all the room that is left."""
        with suppress(OSError), self._ballast.open("ab", buffering=0) as ballast:
            while ballast.write(bytes(BALLAST_BYTES)):
                pass

    def free(self) -> None:
        """Gives it back."""
        self._ballast.unlink(missing_ok=True)

    def sync(self) -> None:
        """Brings everything onto the disk, as a machine that has been up for a while has."""
        _run("sync", "--file-system", str(self.folder))

    def copy(self) -> None:
        """Takes what is on the disk at this moment; what is in the kernel's memory only is not."""
        shutil.copyfile(self._image, self._cut)

    def lose(self) -> None:
        """Goes on from what was copied, as after the power came back. Nobody may use it meanwhile."""
        _run("umount", str(self.folder))
        self._cut.replace(self._image)
        self._mount()
        # That it was removed may be lost as well.
        self.free()

    def remove(self) -> None:
        """Leaves nothing."""
        if not self.why_not:
            _run("umount", "--lazy", str(self.folder))
            self._image.unlink()

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    @property
    def _cut(self) -> Path:
        return self._image.with_suffix(".cut")

    def _mount(self) -> None:
        _run("mount", "-o", "loop", str(self._image), str(self.folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
