"""Times MediaPipe's own FaceMesh in its own environment, round by round.

Reads one number of frames a line from the standard input and answers each with one line
of JSON. `benchmarks/landmarks.py` starts it; nothing of this project is imported here.
"""

import json
import sys
import time

import mediapipe  # pyright: ignore[reportMissingImports]
import numpy as np


def main() -> None:
    """Serves rounds on the frame whose `.npy` file is the only argument."""
    frame = np.load(sys.argv[1])
    height, width = frame.shape[:2]
    face_mesh = mediapipe.solutions.face_mesh.FaceMesh(static_image_mode=True)
    for line in sys.stdin:
        milliseconds = []
        for _ in range(int(line)):
            start = time.perf_counter()
            found = face_mesh.process(frame)
            milliseconds.append((time.perf_counter() - start) * 1e3)
        points = found.multi_face_landmarks[0].landmark
        mesh = [(point.x * width, point.y * height) for point in points]
        print(json.dumps({"milliseconds": milliseconds, "mesh": mesh}), flush=True)


if __name__ == "__main__":
    main()
