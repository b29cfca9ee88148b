"""A machine of its own, near enough: namespaces of Linux over this machine's files.

What is written to /etc, /opt and /var lies in memory and is gone with the machine; its network is a
cable to the other one. Needs root.
"""

import contextlib
import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
STOOD_IN = ("systemctl", "apt-get", "scp")
SETTING_UP = """
set -euo pipefail
mount --make-rprivate /
mkdir -p "$FOLDER/layers"
mount -t tmpfs none "$FOLDER/layers"
mkdir -p "$FOLDER/layers/shims"
for name in %(shims)s; do cp "%(here)s/$name" "$FOLDER/layers/shims/"; done
for place in etc opt var; do
    mkdir -p "$FOLDER/layers/$place-new" "$FOLDER/layers/$place-work"
    layers="lowerdir=/$place,upperdir=$FOLDER/layers/$place-new,workdir=$FOLDER/layers/$place-work"
    mount -t overlay none -o "$layers" "/$place"
done
mount -t tmpfs none /run
mount --bind "$FOLDER/root" /root
export PATH="$FOLDER/layers/shims:$PATH" HOME=/root
cd /root
ip link set lo up
set +e
"""


class Machine:
    """One machine, and the shell of whoever sits before it.

    Args:
        process: The shell; all that the machine runs ends with it.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.pid = process.pid

    def type(self, text: str) -> str:
        """Type some lines; what was said, once all is done.

        Raises:
            AssertionError: A line failed.
        """
        end = secrets.token_hex(8)
        # One line after another, as a person does: the first one that fails is the last one.
        self._process.stdin.write(f"set -e -o pipefail\n{text}\nset +e\necho {end}\n")
        self._process.stdin.flush()
        said = []
        for line in self._process.stdout:
            if line.strip() == end:
                return "".join(said)
            said.append(line)
        raise AssertionError(f"{text}\n---\n{''.join(said)}")


@contextlib.contextmanager
def machine(folder: Path, **variables: str) -> Iterator[Machine]:
    """A machine whose /root is `folder`/root."""
    (folder / "root").mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(
        ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "bash"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"PATH": PATH, "FOLDER": str(folder), "LANG": "C.UTF-8", **variables},
    ) as process:
        try:
            started = Machine(process)
            started.type(SETTING_UP % {"shims": " ".join(STOOD_IN), "here": HERE})
            yield started
        finally:
            process.kill()


def cable(first: Machine, second: Machine, addresses: tuple[str, str]) -> None:
    """Join two machines."""
    ends = zip((first, second), addresses, strict=True)
    _in_network_of(
        first, "link", "add", "eth0", "type", "veth", "peer", "eth0", "netns", second.pid
    )
    for one, address in ends:
        _in_network_of(one, "addr", "add", f"{address}/24", "dev", "eth0")
        _in_network_of(one, "link", "set", "eth0", "up")


def _in_network_of(one: Machine, *words: object) -> None:
    nsenter = ("nsenter", f"--net=/proc/{one.pid}/ns/net", "ip")
    subprocess.run([*nsenter, *map(str, words)], check=True, env=os.environ | {"PATH": PATH})  # noqa: TID251
