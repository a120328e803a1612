"""The whole job on one file, cold: seconds, peak memory, size of the report; and stock BERTopic on the same comments.

    python benchmarks/whole_job.py COMMENTS.csv [--stock]

`--stock` needs an environment with benchmarks/requirements.txt. Each run is a process of its own with an empty cache.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STOCK = """
import sys, time
from pathlib import Path
from bertopic import BERTopic
from bertopic.backend import BaseEmbedder
from voice_of_care.embedding import OnnxEmbedder
from voice_of_care.intake import read_comments
from voice_of_care.settings import Settings

comments = read_comments([Path(sys.argv[1])], settings=Settings(), key=b"0" * 32).comments
texts = comments["raw_text"].tolist()


class Packaged(BaseEmbedder):
    def embed(self, documents, verbose=False):
        return OnnxEmbedder().embed(list(documents))


topics, _ = BERTopic(embedding_model=Packaged()).fit_transform(texts)
print(len(texts), len(set(topics) - {-1}), round(sum(topic == -1 for topic in topics) / len(topics), 3))
"""


def measure(command: list[str]) -> dict[str, object]:
    """Run a command and return its seconds and peak memory."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    output = process.stdout.read() if process.stdout else ""
    _pid, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {command[1:3]}")
    seconds = round(time.perf_counter() - start, 1)
    return {"seconds": seconds, "peak_mb": round(usage.ru_maxrss / 1024), "output": output.strip()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("comments", type=Path)
    parser.add_argument("--stock", action="store_true")
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.html"
        arguments = ["analyse", str(given.comments), "--project", str(Path(folder) / "p"), "--report", str(report)]
        ours = measure([sys.executable, "-m", "voice_of_care", *arguments, "--profile", "internal", "--json"])
        summary = json.loads(str(ours.pop("output")))
        kept = ("comments_read", "comments_analysed", "segments", "themes", "seconds")
        print("ours ", ours, {name: summary[name] for name in kept}, f"report {report.stat().st_size / 1e6:.2f} MB")
        if given.stock:
            stock = measure([sys.executable, "-c", STOCK, str(given.comments)])
            print("stock", stock, "(comments, topics, outlier share)")


if __name__ == "__main__":
    main()
