"""Clients of a server in a process of their own, for `serving.py`.

They send the same bytes again and again and look at no answer but its status, so that
the server is measured and not they.

    python -m benchmarks.serving_clients grpc|rest HOST:PORT BODY CLIENTS SECONDS [PATH]
"""

import asyncio
import concurrent.futures
import http.client
import json
import sys
import time
from pathlib import Path

import grpc

_METHOD = "/tensorflow.serving.PredictionService/Predict"
_UNLIMITED = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
]


def one_over_grpc(address: str, body: bytes, seconds: float) -> list[float]:
    """Latencies [s] of all calls of one client, which has nothing else to do."""
    with grpc.insecure_channel(address, options=_UNLIMITED) as channel:
        call = channel.unary_unary(_METHOD)
        call(body)
        latencies: list[float] = []
        end = time.perf_counter() + seconds
        while (started := time.perf_counter()) < end:
            call(body)
            latencies.append(time.perf_counter() - started)
    return latencies


async def over_grpc(address: str, body: bytes, clients: int, seconds: float) -> list:
    """Latencies [s] of all calls."""
    async with grpc.aio.insecure_channel(address, options=_UNLIMITED) as channel:
        call = channel.unary_unary(_METHOD)
        await call(body)
        latencies: list[float] = []
        end = time.perf_counter() + seconds

        async def client() -> None:
            while (started := time.perf_counter()) < end:
                await call(body)
                latencies.append(time.perf_counter() - started)

        await asyncio.gather(*(client() for _ in range(clients)))
    return latencies


def over_rest(
    address: str, body: bytes, clients: int, seconds: float, path: str
) -> list[float]:
    """Latencies [s] of all requests; each client keeps its connection."""
    host, port = address.split(":")

    def client(_: int) -> list[float]:
        connection = http.client.HTTPConnection(host, int(port))
        latencies: list[float] = []
        end = time.perf_counter() + seconds
        while (started := time.perf_counter()) < end:
            connection.request("POST", path, body)
            response = connection.getresponse()
            response.read()
            if response.status != 200:
                raise RuntimeError(f"HTTP {response.status}")
            latencies.append(time.perf_counter() - started)
        return latencies

    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        return [
            seconds for found in pool.map(client, range(clients)) for seconds in found
        ]


def main() -> None:
    """Prints the latencies as JSON."""
    protocol, address, body, clients, seconds, *path = sys.argv[1:]
    data = Path(body).read_bytes()
    if protocol == "grpc" and int(clients) == 1:
        found = one_over_grpc(address, data, float(seconds))
    elif protocol == "grpc":
        found = asyncio.run(over_grpc(address, data, int(clients), float(seconds)))
    else:
        found = over_rest(address, data, int(clients), float(seconds), path[0])
    print(json.dumps(found))


if __name__ == "__main__":
    main()
