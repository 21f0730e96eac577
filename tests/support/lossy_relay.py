# SPDX-License-Identifier: MIT
"""A slow, lossy link for UDP in both directions: 30 to 60 ms late, out of order, 1 % lost. Protocols
with acknowledgements need it outside of the receiver's socket.

    lossy_relay.py ADDRESS HOST PORT...          relays from ADDRESS to the same port of HOST, and back
    lossy_relay.py --late ADDRESS HOST PORT...   the same, 200 ms late, in order, without loss
"""
import heapq
import random
import select
import socket
import sys
import time

BAD = (0.030, 0.030, 0.01)  # seconds, seconds at random, share lost
LATE = (0.200, 0, 0)
BUFFER = 4 << 20


def main(way, address, host, *ports):
    delay_s, jitter_s, loss = way
    chance = random.Random(1)
    partner, sender_to, waiting, count = {}, {}, [], 0
    for port in map(int, ports):
        near, far = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        near.bind((address, port))
        far.connect((host, port))
        partner[near], partner[far] = far, near
        sender_to[far] = (host, port)
    print("here", flush=True)
    while True:
        patience = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        for came in select.select(list(partner), [], [], patience)[0]:
            try:
                data, sender = came.recvfrom(65536)
            except ConnectionError:  # the far side does not listen yet
                continue
            sender_to[came] = sender
            if chance.random() >= loss:
                count += 1
                due = time.monotonic() + delay_s + chance.uniform(0, jitter_s)
                heapq.heappush(waiting, (due, count, partner[came], data))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, way_out, data = heapq.heappop(waiting)
            try:
                way_out.sendto(data, sender_to[way_out])
            except ConnectionError:
                continue


if __name__ == "__main__":
    if sys.argv[1] == "--late":
        main(LATE, *sys.argv[2:])
    main(BAD, *sys.argv[1:])
