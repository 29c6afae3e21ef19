"""The training steps of bench/train_step.cpp in PyTorch, to compare with.

The same networks, batches and update; images and labels lie in memory, and a step takes the next
slice of them. Each figure is the best of several rounds. One JSON object a line.
"""
import argparse
import json
import time

import torch
from torch import nn

CASES = [  # widths, none for LeNet-5; batch; steps of one round
    ((2, 2, 2), 4, 3000),
    ((784, 500, 10), 1, 1000),
    ((784, 128, 10), 32, 2000),
    ((784, 128, 10), 64, 2000),
    ((784, 128, 10), 256, 600),
    ((784, 500, 10), 100, 400),
    ((784, 512, 512, 10), 128, 200),
    ((784, 1024, 1024, 1024, 10), 256, 30),
    ((), 64, 300),
]


def make_lenet5():
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def make_network(widths):
    if not widths:
        return make_lenet5()
    network = nn.Sequential()
    for layer, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        if layer > 0:
            network.append(nn.ReLU())
        network.append(nn.Linear(inputs, outputs))
    return network


def seconds_per_step(widths, batch, steps, rounds, compiled):
    network = make_network(widths)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    samples = max(8192, batch)
    features, classes = (widths[0], widths[-1]) if widths else (784, 10)
    images = torch.rand(samples, features)
    labels = torch.randint(classes, (samples,))

    def loss_of(x, t):
        return nn.functional.cross_entropy(network(x), t)

    loss = torch.compile(loss_of) if compiled else loss_of

    def step(i):
        begin = i % (samples // batch) * batch
        optimizer.zero_grad()
        loss(images.narrow(0, begin, batch), labels.narrow(0, begin, batch)).backward()
        optimizer.step()

    step(0)  # torch.compile compiles here
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        for i in range(steps):
            step(i)
        best = min(best, (time.perf_counter() - start) / steps)
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5, help="the best of so many rounds counts")
    parser.add_argument("--model", help="this model alone, as 784-128-10 or lenet5")
    parser.add_argument("--batch", type=int, help="this batch size alone")
    parser.add_argument("--compile", action="store_true", help="with torch.compile")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    for widths, batch, steps in CASES:
        model = "-".join(map(str, widths)) or "lenet5"
        if args.model not in (None, model) or args.batch not in (None, batch):
            continue
        seconds = seconds_per_step(widths, batch, steps, args.rounds, args.compile)
        line = {"impl": "pytorch-compile" if args.compile else "pytorch", "model": model, "batch": batch,
                "threads": args.threads, "us_per_step": round(1e6 * seconds, 2)}
        print(json.dumps(line, separators=(",", ":")), flush=True)


if __name__ == "__main__":
    main()
